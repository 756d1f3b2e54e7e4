// As itersum, between two equal fibers: the one that counts switches to the one that adds up, and back.
#include "fiber.h"
#include "program.h"

static fiber generator, consumer;
static uint32_t most, sum;

static intptr_t count_up(intptr_t unused) {
    enum fiber_status status;
    (void)unused;
    for (uint32_t i = 0; i < most; i++) fiber_switch(consumer, (intptr_t)i, &status);
    fiber_switch(consumer, -1, &status);
    return 0;
}

static intptr_t add_up(intptr_t unused) {
    enum fiber_status status;
    (void)unused;
    for (;;) {
        intptr_t value = fiber_switch(generator, 0, &status);
        if (value == -1) return 0;
        sum += (uint32_t)value;
    }
}

int run(int count, const int64_t *arguments) {
    most = (uint32_t)argument(count, arguments, 0, 10000000);
    enum fiber_status status;
    bench_start();
    generator = fiber_new(count_up);
    consumer = fiber_new(add_up);
    fiber_resume(consumer, 0, &status);
    fiber_free(consumer);
    fiber_free(generator);
    bench_end();
    return fibers_verdict(sum, (uint32_t)((uint64_t)most * (most - 1) / 2));
}
