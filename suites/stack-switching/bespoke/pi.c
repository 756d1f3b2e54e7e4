// pi as a state machine: a task is its seed, its hits and its turns, called through a pointer.
#include "pi.h"
#include "program.h"

#define MOST 100000

struct task {
    int (*step)(struct task *);
    uint64_t seed;
    int64_t hits;
    int left;
};

static struct task tasks[MOST];
static uint32_t darts;

static int step(struct task *task) {
    if (task->left-- == 0) return 0;
    task->hits += thrown(&task->seed, darts);
    return 1;
}

int run(int count, const int64_t *arguments) {
    int all = (int)argument(count, arguments, 0, 1000), turns = (int)argument(count, arguments, 1, 50);
    darts = (uint32_t)argument(count, arguments, 2, 1000);
    if (all < 1 || all > MOST) return 64;
    int64_t hits = 0;
    bench_start();
    for (int i = 0; i < all; i++) tasks[i] = (struct task){step, (uint64_t)i, 0, turns};
    for (int turn = 0; turn <= turns; turn++) {
        for (int i = 0; i < all; i++) {
            if (!tasks[i].step(&tasks[i])) hits += tasks[i].hits;
        }
    }
    bench_end();
    return verdict(hits, all_hits(all, turns, darts));
}
