// Fibers that are made, run once without a yield, and given back, one after the other: what making one costs.
#include "fiber.h"
#include "program.h"

static intptr_t next(intptr_t value) { return value + 1; }

int run(int count, const int64_t *arguments) {
    int64_t fibers = argument(count, arguments, 0, 20000);
    int64_t sum = 0;
    bench_start();
    for (int64_t i = 0; i < fibers; i++) {
        enum fiber_status status;
        fiber one = fiber_new(next);
        if (!one) break;
        sum += fiber_resume(one, (intptr_t)(i & 7), &status);
        fiber_free(one);
    }
    bench_end();
    int64_t expected = fibers;
    for (int64_t i = 0; i < fibers; i++) expected += i & 7;
    return fibers_verdict(sum, expected);
}
