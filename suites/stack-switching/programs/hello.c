// Two fibers that have every other letter of a greeting: each prints one and yields.
#include "fiber.h"
#include "program.h"

static intptr_t spell(intptr_t text) {
    for (const char *letter = (const char *)text; *letter && !fiber_cancelled(); letter++) {
        put(letter, 1);
        fiber_yield(0);
    }
    return 0;
}

int run(int count, const int64_t *arguments) {
    (void)count, (void)arguments;
    static const char *const texts[2] = {"hlowrd", "el ol"};
    bench_start();
    fiber fibers[2] = {fiber_new(spell), fiber_new(spell)};
    int left = 2, turns = 0;
    enum fiber_status status[2] = {FIBER_YIELD, FIBER_YIELD};
    for (int turn = 0; left; turn = !turn) {
        if (status[turn] != FIBER_YIELD) continue;
        fiber_resume(fibers[turn], (intptr_t)texts[turn], &status[turn]);
        turns++;
        if (status[turn] != FIBER_YIELD) left--;
    }
    fiber_free(fibers[0]);
    fiber_free(fibers[1]);
    bench_end();
    put("\n", 1);
    // Each letter, and each fiber's end.
    return fibers_verdict(turns, 11 + 2);
}
