// Many fibers that live at the same time: whatever their number, there are as many yields, so that time and memory
// show what a fiber more costs.
#include "fiber.h"
#include "program.h"

#define MOST 1000000

static fiber fibers[MOST];

static intptr_t count_turns(intptr_t unused) {
    intptr_t turns = 0;
    (void)unused;
    for (;;) {
        fiber_yield(0);
        if (fiber_cancelled()) break;
        turns++;
    }
    return turns;
}

static int64_t sum;

static intptr_t live(intptr_t unused) {
    intptr_t turns = count_turns(unused);
    sum += turns;
    return turns;
}

int run(int count, const int64_t *arguments) {
    int alive = (int)argument(count, arguments, 0, 1000);
    int64_t yields = argument(count, arguments, 1, 1000000);
    if (alive < 1 || alive > MOST) return 64;
    bench_start();
    enum fiber_status status;
    int made = 0;
    while (made < alive && (fibers[made] = fiber_new(live))) fiber_resume(fibers[made++], 0, &status);
    for (int64_t i = 0, at = 0; i < yields; i++) {
        fiber_resume(fibers[at], 0, &status);
        at = at + 1 < made ? at + 1 : 0;
    }
    for (int i = 0; i < made; i++) fiber_free(fibers[i]);
    bench_end();
    if (made != alive) return verdict(made, alive);
    return fibers_verdict(sum, yields);
}
