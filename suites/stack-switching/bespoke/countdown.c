// countdown as a state machine.
#include "program.h"

#define GET (-1)

struct counter {
    intptr_t (*step)(struct counter *, intptr_t);
    intptr_t steps;
    int ended;
};

static intptr_t decremented(struct counter *self, intptr_t value);

static intptr_t written(struct counter *self, intptr_t value) {
    (void)value;
    self->step = decremented;
    return GET;
}

static intptr_t decremented(struct counter *self, intptr_t value) {
    if (value <= 0) {
        self->ended = 1;
        return self->steps;
    }
    self->steps++;
    self->step = written;
    return value - 1;
}

int run(int count, const int64_t *arguments) {
    intptr_t from = (intptr_t)argument(count, arguments, 0, 10000000);
    intptr_t cell = from;
    bench_start();
    struct counter counter = {written, 0, 0};
    intptr_t asked = counter.step(&counter, 0);
    while (!counter.ended) {
        if (asked != GET) cell = asked;
        asked = counter.step(&counter, cell);
    }
    bench_end();
    return verdict(asked - cell, from);
}
