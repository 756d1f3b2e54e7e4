// Work stealing as task schedulers do it: each of some workers has a deque of tasks, takes the newest of its own, and
// the oldest of another drawn at random where it has none. The tasks are fibers of the recursive Fibonacci function:
// each spawns the one half, computes the other, and yields until the first has ended. The workers take turns on one
// thread, a task a turn, so that every run makes the same choices.
#include "fiber.h"
#include "program.h"

#define WORKERS_MOST 64
#define TASKS_MOST 65536
#define DEQUE 8192

struct task {
    fiber fiber;
    int n;
    int64_t result;
    int ended;
    struct task *waits_for;
};

struct worker {
    struct task *tasks[DEQUE];
    uint32_t oldest, newest; // newest is one past
};

static struct worker workers[WORKERS_MOST];
static struct task tasks[TASKS_MOST], *free_tasks[TASKS_MOST];
static int workers_count, free_count, cutoff;
static struct worker *at_work;
static int64_t ended_tasks, stolen;

static void push(struct worker *worker, struct task *task) {
    if (worker->newest - worker->oldest == DEQUE) __builtin_trap();
    worker->tasks[worker->newest++ % DEQUE] = task;
}

static struct task *take_newest(struct worker *worker) {
    return worker->oldest == worker->newest ? 0 : worker->tasks[--worker->newest % DEQUE];
}

static struct task *steal_oldest(struct worker *worker) {
    return worker->oldest == worker->newest ? 0 : worker->tasks[worker->oldest++ % DEQUE];
}

static int64_t fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static intptr_t run_task(intptr_t value);

static struct task *spawn(int n) {
    if (!free_count) __builtin_trap();
    struct task *task = free_tasks[--free_count];
    *task = (struct task){.fiber = fiber_new(run_task), .n = n};
    push(at_work, task);
    return task;
}

static intptr_t run_task(intptr_t value) {
    struct task *task = (struct task *)value;
    if (task->n <= cutoff) {
        task->result = fibonacci(task->n);
        return 0;
    }
    struct task *first = spawn(task->n - 1), *second = spawn(task->n - 2);
    // Whoever ends may run on another worker.
    for (int i = 0; i < 2; i++) {
        struct task *child = i ? first : second;
        while (!child->ended) {
            task->waits_for = child;
            fiber_yield(0);
        }
        task->result += child->result;
        free_tasks[free_count++] = child;
    }
    return 0;
}

// One task for a while: until it ends or waits.
static void turn(struct worker *worker, uint32_t *draw) {
    struct task *task = take_newest(worker);
    if (!task) {
        *draw ^= *draw << 13, *draw ^= *draw >> 17, *draw ^= *draw << 5;
        struct worker *victim = &workers[*draw % (uint32_t)workers_count];
        if (victim == worker || !(task = steal_oldest(victim))) return;
        stolen++;
    }
    if (task->waits_for && !task->waits_for->ended) {
        // Not yet: to the end where thieves begin, so that others come first.
        worker->tasks[--worker->oldest % DEQUE] = task;
        return;
    }
    at_work = worker;
    enum fiber_status status;
    fiber_resume(task->fiber, (intptr_t)task, &status);
    if (status == FIBER_YIELD) {
        worker->tasks[--worker->oldest % DEQUE] = task;
        return;
    }
    fiber_free(task->fiber);
    task->ended = 1;
    ended_tasks++;
}

// How many tasks there are for `n`.
static int64_t tasks_of(int n) { return n <= cutoff ? 1 : 1 + tasks_of(n - 1) + tasks_of(n - 2); }

int run(int count, const int64_t *arguments) {
    int n = (int)argument(count, arguments, 0, 27);
    workers_count = (int)argument(count, arguments, 1, 8);
    cutoff = (int)argument(count, arguments, 2, 8);
    if (workers_count < 1 || workers_count > WORKERS_MOST || cutoff < 1) return 64;
    uint32_t draw = 2463534242;
    bench_start();
    for (free_count = 0; free_count < TASKS_MOST; free_count++) free_tasks[free_count] = &tasks[free_count];
    at_work = &workers[0];
    struct task *root = spawn(n);
    while (!root->ended) {
        for (int i = 0; i < workers_count; i++) turn(&workers[i], &draw);
    }
    int64_t result = root->result;
    bench_end();
    if (ended_tasks != tasks_of(n)) return verdict(ended_tasks, tasks_of(n));
    if (workers_count > 1 && n > cutoff + 4 && !stolen) return verdict(0, 1);
    return fibers_verdict(result, fibonacci(n));
}
