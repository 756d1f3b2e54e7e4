// Ten million coroutines, of which a window of ten thousand lives at a time. Each reads eight pages of its stack,
// yields once, and returns; with WITH_IO it writes nothing to standard output, too, which is a call of the system.
#include "fiber.h"
#include "program.h"

#define WINDOW_MOST 1000000
#define PAGE 4096

static fiber window[WINDOW_MOST];

// Its frame is gone before the yield, so that it is right on a shared stack, too.
__attribute__((noinline)) static intptr_t touch(void) {
    volatile char frame[8 * PAGE];
    intptr_t sum = 0;
    for (int page = 0; page < 8; page++) sum += frame[page * PAGE];
    return sum;
}

static intptr_t coroutine(intptr_t value) {
    intptr_t sum = touch();
#ifdef WITH_IO
    put("", 0);
#endif
    // What was read is not known; whether it is odd is made not to matter.
    return fiber_yield(value | (sum & 1)) | 1;
}

int run(int count, const int64_t *arguments) {
    int64_t coroutines = argument(count, arguments, 0, 10000000);
    int size = (int)argument(count, arguments, 1, 10000);
    if (size < 1 || size > WINDOW_MOST) return 64;
    int64_t ended = 0;
    enum fiber_status status;
    bench_start();
    for (int64_t i = 0; i < coroutines + size; i++) {
        fiber *place = &window[i % size];
        if (*place) {
            ended += fiber_resume(*place, 0, &status);
            fiber_free(*place);
            *place = 0;
        }
        if (i >= coroutines) continue;
        *place = fiber_new(coroutine);
        if (!*place) break;
        fiber_resume(*place, 1, &status);
    }
    bench_end();
    return fibers_verdict(ended, coroutines);
}
