// state as a state machine: what the fiber asks for next is its state.
#include "program.h"

#define GET (-1)

struct counter {
    intptr_t (*step)(struct counter *, intptr_t);
    intptr_t most;
    int ended;
};

static intptr_t compared(struct counter *self, intptr_t value);

static intptr_t written(struct counter *self, intptr_t value) {
    (void)value;
    self->step = compared;
    return GET;
}

static intptr_t incremented(struct counter *self, intptr_t value) {
    self->step = written;
    return value + 1;
}

static intptr_t compared(struct counter *self, intptr_t value) {
    if (value >= self->most) {
        self->ended = 1;
        return 0;
    }
    self->step = incremented;
    return GET;
}

int run(int count, const int64_t *arguments) {
    intptr_t most = (intptr_t)argument(count, arguments, 0, 10000000);
    intptr_t cell = 0;
    bench_start();
    struct counter counter = {written, most, 0};
    intptr_t asked = counter.step(&counter, 0);
    while (!counter.ended) {
        if (asked != GET) cell = asked;
        asked = counter.step(&counter, cell);
    }
    bench_end();
    return verdict(cell, most);
}
