// A generator counts, the program adds up.
#include "fiber.h"
#include "program.h"

static intptr_t count_up(intptr_t most) {
    for (intptr_t i = 0; i < most; i++) fiber_yield(i);
    return 0;
}

int run(int count, const int64_t *arguments) {
    uint32_t most = (uint32_t)argument(count, arguments, 0, 10000000);
    uint32_t sum = 0;
    enum fiber_status status;
    bench_start();
    fiber generator = fiber_new(count_up);
    intptr_t value = fiber_resume(generator, (intptr_t)most, &status);
    while (status == FIBER_YIELD) {
        sum += (uint32_t)value;
        value = fiber_resume(generator, 0, &status);
    }
    fiber_free(generator);
    bench_end();
    // As all of this, modulo 2^32.
    return fibers_verdict(sum, (uint32_t)((uint64_t)most * (most - 1) / 2));
}
