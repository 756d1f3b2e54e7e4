// Yields that pass through other fibers: the innermost of a nest yields to the outermost resumer. With the interface
// of fibers each on the way has to hand it on; with NESTED_DIRECT tags of their own lead past those in between.
#include "fiber.h"
#include "program.h"

#ifdef NESTED_DIRECT

__attribute__((import_module("kymo_nested"), import_name("run"))) int64_t nested_run(int depth, int yields);

static int64_t run_nested(int depth, int yields) { return nested_run(depth, yields); }

#else

static int nest, yields_asked;

static intptr_t layer(intptr_t depth) {
    if (depth == 0) {
        for (intptr_t i = 0; i < yields_asked; i++) fiber_yield(i);
        return 0;
    }
    fiber inner = fiber_new(layer);
    enum fiber_status status;
    intptr_t value = fiber_resume(inner, depth - 1, &status);
    while (status == FIBER_YIELD) {
        fiber_yield(value);
        value = fiber_resume(inner, 0, &status);
    }
    fiber_free(inner);
    return 0;
}

static int64_t run_nested(int depth, int yields) {
    int64_t sum = 0;
    enum fiber_status status;
    nest = depth;
    yields_asked = yields;
    fiber outer = fiber_new(layer);
    intptr_t value = fiber_resume(outer, nest, &status);
    while (status == FIBER_YIELD) {
        sum += value;
        value = fiber_resume(outer, 0, &status);
    }
    fiber_free(outer);
    return sum;
}

#endif

int run(int count, const int64_t *arguments) {
    int depth = (int)argument(count, arguments, 0, 4);
    int yields = (int)argument(count, arguments, 1, 1000000);
    bench_start();
    int64_t sum = run_nested(depth, yields);
    bench_end();
    return fibers_verdict(sum, (int64_t)yields * (yields - 1) / 2);
}
