// So many fibers that never end before all are there: more than an engine may have room for.
#include "fiber.h"
#include "program.h"

#define MOST 1000000

static fiber fibers[MOST];

static intptr_t waits(intptr_t value) { return fiber_yield(value); }

int run(int count, const int64_t *arguments) {
    int64_t wanted = argument(count, arguments, 0, 40000);
    if (wanted > MOST) return 64;
    int64_t made = 0, refused = 0;
    bench_start();
    for (; made < wanted; made++) {
        enum fiber_status status;
        fibers[made] = fiber_new(waits);
        if (!fibers[made]) break;
        fiber_resume(fibers[made], 1, &status);
        if (status != FIBER_ERROR) continue;
        refused = 1;
        break;
    }
    if (made < wanted && fiber_fault() != FIBER_NONE_LEFT) __builtin_trap();
    for (int64_t i = 0; i < made + refused; i++) fiber_free(fibers[i]);
    bench_end();
    if (made < wanted) {
        put("none left\n", 10);
        return 0;
    }
    return fibers_verdict(made, wanted);
}
