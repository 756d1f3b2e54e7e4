// A cell that is only reached by asking its keeper: the fiber counts it up, with two reads and a write a step.
#include "fiber.h"
#include "program.h"

#define GET (-1)

static intptr_t get(void) { return fiber_yield(GET); }
static void set(intptr_t value) { fiber_yield(value); }

static intptr_t count_up(intptr_t most) {
    while (get() < most) set(get() + 1);
    return 0;
}

int run(int count, const int64_t *arguments) {
    intptr_t most = (intptr_t)argument(count, arguments, 0, 10000000);
    intptr_t cell = 0;
    enum fiber_status status;
    bench_start();
    fiber counter = fiber_new(count_up);
    intptr_t asked = fiber_resume(counter, most, &status);
    while (status == FIBER_YIELD) {
        if (asked != GET) cell = asked;
        asked = fiber_resume(counter, cell, &status);
    }
    fiber_free(counter);
    bench_end();
    return fibers_verdict(cell, most);
}
