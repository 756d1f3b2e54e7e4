// scheduler as a state machine: a task is how many turns it has left, called through a pointer.
#include "program.h"

#define MOST 100000

struct task {
    int (*step)(struct task *);
    intptr_t left;
};

static struct task tasks[MOST];

static int step(struct task *task) { return task->left-- > 0; }

int run(int count, const int64_t *arguments) {
    int64_t yields = argument(count, arguments, 0, 10000000);
    int all = (int)argument(count, arguments, 1, 10);
    if (all < 1 || all > MOST) return 64;
    intptr_t times = (intptr_t)(yields / all);
    int64_t sum = 0;
    bench_start();
    int left = all;
    for (int i = 0; i < all; i++) tasks[i] = (struct task){step, times};
    while (left) {
        for (int i = 0; i < left;) {
            if (tasks[i].step(&tasks[i])) {
                i++;
                continue;
            }
            sum += times;
            tasks[i] = tasks[--left];
        }
    }
    bench_end();
    return verdict(sum, (int64_t)times * all);
}
