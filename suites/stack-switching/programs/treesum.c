// A recursive generator: walks a tree and yields at each leaf, so deep in calls as the tree is high. There are always
// as many leaves, 2^log2: where the tree is lower than that, it is walked several times.
#include "fiber.h"
#include "program.h"
#include "tree.h"

static int depth, branching, times;

static void leaf(int value) { fiber_yield(value); }
TREE_WALK(walk, leaf)

static intptr_t walk_all(intptr_t value) {
    int leaves = 0;
    for (int i = 0; i < times; i++) leaves += walk(depth, branching, (int)value);
    return leaves;
}

int run(int count, const int64_t *arguments) {
    depth = (int)argument(count, arguments, 0, 10);
    int log2 = (int)argument(count, arguments, 1, 20);
    branching = depth < log2 ? depth : log2;
    times = 1 << (log2 - branching);
    int64_t sum = 0;
    enum fiber_status status;
    bench_start();
    fiber generator = fiber_new(walk_all);
    intptr_t value = fiber_resume(generator, 3, &status);
    while (status == FIBER_YIELD) {
        sum += value;
        value = fiber_resume(generator, 0, &status);
    }
    fiber_free(generator);
    bench_end();
    if (value != 1 << log2) return verdict(value, 1 << log2);
    return fibers_verdict(sum, (int64_t)3 << log2);
}
