// As pi, with tasks that switch to the next in their ring themselves.
#include "fiber.h"
#include "pi.h"
#include "program.h"

#define MOST 100000

static fiber fibers[MOST];
static int tasks, turns, at;
static uint32_t darts;

static intptr_t throw_darts(intptr_t number) {
    uint64_t seed = (uint64_t)at;
    intptr_t hits = 0;
    (void)number;
    for (int turn = 0; turn < turns; turn++) {
        enum fiber_status status;
        hits += (intptr_t)thrown(&seed, darts);
        at = at + 1 < tasks ? at + 1 : 0;
        fiber_switch(fibers[at], 0, &status);
    }
    return hits;
}

int run(int count, const int64_t *arguments) {
    tasks = (int)argument(count, arguments, 0, 1000);
    turns = (int)argument(count, arguments, 1, 50);
    darts = (uint32_t)argument(count, arguments, 2, 1000);
    if (tasks < 2 || tasks > MOST) return 64;
    int64_t hits = 0;
    bench_start();
    for (int i = 0; i < tasks; i++) fibers[i] = fiber_new(throw_darts);
    // Whoever ends comes back to here; the others wait in their ring.
    for (int i = 0; i < tasks; i++) {
        enum fiber_status status;
        at = i;
        hits += fiber_resume(fibers[i], 0, &status);
    }
    for (int i = 0; i < tasks; i++) fiber_free(fibers[i]);
    bench_end();
    return fibers_verdict(hits, all_hits(tasks, turns, darts));
}
