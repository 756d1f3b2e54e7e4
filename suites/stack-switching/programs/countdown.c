// As state, downwards and with one read and one write a step: the countdown of the effect handlers' benchmarks.
#include "fiber.h"
#include "program.h"

#define GET (-1)

static intptr_t count_down(intptr_t unused) {
    intptr_t steps = 0, value;
    (void)unused;
    while ((value = fiber_yield(GET)) > 0) {
        fiber_yield(value - 1);
        steps++;
    }
    return steps;
}

int run(int count, const int64_t *arguments) {
    intptr_t from = (intptr_t)argument(count, arguments, 0, 10000000);
    intptr_t cell = from;
    enum fiber_status status;
    bench_start();
    fiber counter = fiber_new(count_down);
    intptr_t asked = fiber_resume(counter, 0, &status);
    while (status == FIBER_YIELD) {
        if (asked != GET) cell = asked;
        asked = fiber_resume(counter, cell, &status);
    }
    fiber_free(counter);
    bench_end();
    return fibers_verdict(asked - cell, from);
}
