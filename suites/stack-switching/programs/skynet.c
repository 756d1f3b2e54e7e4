// A tree of coroutines: each makes ten, runs them one after the other and adds up what they yield. The leaves yield
// their numbers.
#include "fiber.h"
#include "program.h"

#define CHILDREN 10

struct part {
    int64_t first, size, sum;
};

static intptr_t node(intptr_t value) {
    struct part *part = (struct part *)value;
    if (part->size == 1) {
        part->sum = part->first;
        fiber_yield(0);
        return 0;
    }
    int64_t size = part->size / CHILDREN, sum = 0;
    for (int i = 0; i < CHILDREN; i++) {
        struct part child = {part->first + i * size, size, 0};
        fiber fiber = fiber_new(node);
        enum fiber_status status;
        do fiber_resume(fiber, (intptr_t)&child, &status);
        while (status == FIBER_YIELD);
        fiber_free(fiber);
        sum += child.sum;
    }
    part->sum = sum;
    return 0;
}

int run(int count, const int64_t *arguments) {
    int height = (int)argument(count, arguments, 0, 7);
    int64_t leaves = 1;
    for (int i = 0; i < height; i++) leaves *= CHILDREN;
    struct part all = {0, leaves, 0};
    enum fiber_status status;
    bench_start();
    fiber root = fiber_new(node);
    do fiber_resume(root, (intptr_t)&all, &status);
    while (status == FIBER_YIELD);
    fiber_free(root);
    bench_end();
    return fibers_verdict(all.sum, leaves * (leaves - 1) / 2);
}
