// Tasks that work between yields: each estimates pi by throwing darts, and lets the others go on after every few.
#include "fiber.h"
#include "pi.h"
#include "program.h"

#define MOST 100000

static fiber fibers[MOST];
static int turns;
static uint32_t darts;

static intptr_t throw_darts(intptr_t number) {
    uint64_t seed = (uint64_t)number;
    intptr_t hits = 0;
    for (int turn = 0; turn < turns; turn++) {
        hits += (intptr_t)thrown(&seed, darts);
        fiber_yield(0);
    }
    return hits;
}

int run(int count, const int64_t *arguments) {
    int tasks = (int)argument(count, arguments, 0, 1000);
    turns = (int)argument(count, arguments, 1, 50);
    darts = (uint32_t)argument(count, arguments, 2, 1000);
    if (tasks < 1 || tasks > MOST) return 64;
    int64_t hits = 0;
    bench_start();
    for (int i = 0; i < tasks; i++) fibers[i] = fiber_new(throw_darts);
    for (int turn = 0; turn <= turns; turn++) {
        for (int i = 0; i < tasks; i++) {
            enum fiber_status status;
            intptr_t value = fiber_resume(fibers[i], i, &status);
            if (status == FIBER_OK) hits += value;
        }
    }
    for (int i = 0; i < tasks; i++) fiber_free(fibers[i]);
    bench_end();
    return fibers_verdict(hits, all_hits(tasks, turns, darts));
}
