// A fiber that traps, several calls deep: it must be the program's trap, not the end of the engine.
#include "fiber.h"
#include "program.h"

__attribute__((noinline)) static void deeper(int levels) {
    if (levels == 0) __builtin_trap();
    deeper(levels - 1);
    fiber_yield(levels);
}

static intptr_t traps(intptr_t value) {
    fiber_yield(value);
    deeper(3);
    return value;
}

int run(int count, const int64_t *arguments) {
    (void)count, (void)arguments;
    enum fiber_status status;
    bench_start();
    fiber f = fiber_new(traps);
    fiber_resume(f, 1, &status);
    fiber_resume(f, 2, &status);
    bench_end();
    return verdict(1, 0);
}
