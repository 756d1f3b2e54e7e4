// As treesum, between two equal fibers: the one that walks switches to the one that adds up, and back.
#include "fiber.h"
#include "program.h"
#include "tree.h"

static int depth, branching, times;
static fiber walker, consumer;
static int64_t sum;

static void leaf(int value) {
    enum fiber_status status;
    fiber_switch(consumer, value, &status);
}
TREE_WALK(walk, leaf)

static intptr_t walk_all(intptr_t value) {
    enum fiber_status status;
    (void)value;
    for (int i = 0; i < times; i++) walk(depth, branching, 3);
    fiber_switch(consumer, -1, &status);
    return 0;
}

static intptr_t add_up(intptr_t unused) {
    enum fiber_status status;
    (void)unused;
    for (;;) {
        intptr_t value = fiber_switch(walker, 0, &status);
        if (value == -1) return 0;
        sum += value;
    }
}

int run(int count, const int64_t *arguments) {
    depth = (int)argument(count, arguments, 0, 10);
    int log2 = (int)argument(count, arguments, 1, 20);
    branching = depth < log2 ? depth : log2;
    times = 1 << (log2 - branching);
    enum fiber_status status;
    bench_start();
    walker = fiber_new(walk_all);
    consumer = fiber_new(add_up);
    fiber_resume(consumer, 0, &status);
    fiber_free(consumer);
    fiber_free(walker);
    bench_end();
    return fibers_verdict(sum, (int64_t)3 << log2);
}
