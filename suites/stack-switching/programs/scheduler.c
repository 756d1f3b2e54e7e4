// A round robin scheduler of fibers that do nothing but yield.
#include "fiber.h"
#include "program.h"

#define MOST 100000

static fiber fibers[MOST];

static intptr_t yield_often(intptr_t times) {
    for (intptr_t i = 0; i < times; i++) fiber_yield(0);
    return times;
}

int run(int count, const int64_t *arguments) {
    int64_t yields = argument(count, arguments, 0, 10000000);
    int tasks = (int)argument(count, arguments, 1, 10);
    if (tasks < 1 || tasks > MOST) return 64;
    intptr_t times = (intptr_t)(yields / tasks);
    int64_t sum = 0;
    bench_start();
    int left = tasks;
    for (int i = 0; i < tasks; i++) fibers[i] = fiber_new(yield_often);
    while (left) {
        for (int i = 0; i < left;) {
            enum fiber_status status;
            intptr_t value = fiber_resume(fibers[i], times, &status);
            if (status == FIBER_YIELD) {
                i++;
                continue;
            }
            sum += value;
            fiber_free(fibers[i]);
            fibers[i] = fibers[--left];
        }
    }
    bench_end();
    return fibers_verdict(sum, (int64_t)times * tasks);
}
