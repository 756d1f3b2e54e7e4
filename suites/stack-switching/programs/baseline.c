// A program that says "right" and has no fibers: what the others' sizes hold besides fibers.
#include "program.h"

int run(int count, const int64_t *arguments) {
    (void)arguments;
    bench_start();
    bench_end();
    return verdict(count, count);
}
