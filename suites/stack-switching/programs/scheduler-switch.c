// As scheduler, without one: each fiber switches to the next in the ring.
#include "fiber.h"
#include "program.h"

#define MOST 100000

static fiber fibers[MOST];
static int tasks, at;
static intptr_t times;

static void next(void) {
    enum fiber_status status;
    at = at + 1 < tasks ? at + 1 : 0;
    fiber_switch(fibers[at], 0, &status);
}

static intptr_t switch_often(intptr_t unused) {
    (void)unused;
    for (intptr_t i = 0; i < times; i++) next();
    return times;
}

int run(int count, const int64_t *arguments) {
    int64_t switches = argument(count, arguments, 0, 10000000);
    tasks = (int)argument(count, arguments, 1, 10);
    if (tasks < 2 || tasks > MOST) return 64;
    times = (intptr_t)(switches / tasks);
    int64_t sum = 0;
    bench_start();
    for (int i = 0; i < tasks; i++) fibers[i] = fiber_new(switch_often);
    // Whoever ends comes back to here; the others wait in their ring.
    for (int i = 0; i < tasks; i++) {
        enum fiber_status status;
        at = i;
        sum += fiber_resume(fibers[i], 0, &status);
    }
    for (int i = 0; i < tasks; i++) fiber_free(fibers[i]);
    bench_end();
    return fibers_verdict(sum, (int64_t)times * tasks);
}
