// c10m as a state machine: what was a coroutine is the step that it is at.
#include "program.h"

#define WINDOW_MOST 1000000
#define PAGE 4096

struct coroutine {
    intptr_t (*step)(struct coroutine *, intptr_t);
};

static struct coroutine window[WINDOW_MOST];

__attribute__((noinline)) static intptr_t touch(void) {
    volatile char frame[8 * PAGE];
    intptr_t sum = 0;
    for (int page = 0; page < 8; page++) sum += frame[page * PAGE];
    return sum;
}

static intptr_t second(struct coroutine *self, intptr_t value) {
    self->step = 0;
    return value | 1;
}

static intptr_t first(struct coroutine *self, intptr_t value) {
    intptr_t sum = touch();
#ifdef WITH_IO
    put("", 0);
#endif
    self->step = second;
    return value | (sum & 1);
}

int run(int count, const int64_t *arguments) {
    int64_t coroutines = argument(count, arguments, 0, 10000000);
    int size = (int)argument(count, arguments, 1, 10000);
    if (size < 1 || size > WINDOW_MOST) return 64;
    int64_t ended = 0;
    bench_start();
    for (int64_t i = 0; i < coroutines + size; i++) {
        struct coroutine *place = &window[i % size];
        if (place->step) ended += place->step(place, 0);
        if (i >= coroutines) continue;
        place->step = first;
        place->step(place, 1);
    }
    bench_end();
    return verdict(ended, coroutines);
}
