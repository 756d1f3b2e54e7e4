// Every fiber ends by returning, of itself or because it is cancelled, and what it had to do at its end is done: the
// talk requires that no fiber is just forgotten. Each way to an end is gone by some fibers, in every order.
#include "fiber.h"
#include "program.h"

#define FIBERS 1000

static int begun, cleaned;

// Leaves a number behind on its own stack, to see that nobody else wrote there.
static intptr_t owner(intptr_t yields) {
    volatile intptr_t mine[16];
    begun++;
    for (int i = 0; i < 16; i++) mine[i] = yields + i;
    for (intptr_t i = 0; i < yields && !fiber_cancelled(); i++) fiber_yield(i);
    intptr_t intact = 1;
    for (int i = 0; i < 16; i++) intact &= mine[i] == yields + i;
    cleaned += (int)intact;
    return yields;
}

// One within the other, the innermost cancelled first.
static intptr_t nest(intptr_t depth) {
    begun++;
    enum fiber_status status;
    fiber inner = depth ? fiber_new(nest) : 0;
    if (inner) fiber_resume(inner, depth - 1, &status);
    fiber_yield(depth);
    if (inner) fiber_free(inner);
    cleaned++;
    return depth;
}

int run(int count, const int64_t *arguments) {
    (void)count, (void)arguments;
    static fiber fibers[FIBERS];
    enum fiber_status status;
    int returned = 0;
    bench_start();
    for (int i = 0; i < FIBERS; i++) fibers[i] = fiber_new(owner);
    for (int turn = 0; turn < 5; turn++) {
        for (int i = turn; i < FIBERS; i += turn + 1) {
            fiber_resume(fibers[i], i % 7, &status);
            returned += status == FIBER_OK;
        }
    }
    int never_began = FIBERS - begun;
    for (int i = 0; i < FIBERS; i++) {
        if (i % 2) fiber_cancel(fibers[i]);
        fiber_free(fibers[i]);
    }
    fiber outermost = fiber_new(nest);
    fiber_resume(outermost, 9, &status);
    fiber_free(outermost);
    bench_end();
    // The first turn began all, so that none was cancelled before it began.
    if (never_began || !returned || returned == FIBERS) return verdict(returned, FIBERS);
    return fibers_verdict(cleaned, FIBERS + 10);
}
