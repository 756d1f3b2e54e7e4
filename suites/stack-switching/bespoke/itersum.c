// itersum as a state machine: the generator is its counter, called through a pointer as a fiber's entry is.
#include "program.h"

struct generator {
    int (*next)(struct generator *, uint32_t *);
    uint32_t at, most;
};

static int next(struct generator *generator, uint32_t *value) {
    if (generator->at == generator->most) return 0;
    *value = generator->at++;
    return 1;
}

int run(int count, const int64_t *arguments) {
    uint32_t most = (uint32_t)argument(count, arguments, 0, 10000000);
    uint32_t sum = 0, value;
    bench_start();
    struct generator generator = {next, 0, most};
    // Else all of it would be computed at once, which no generator of another module could be.
    __asm__ volatile("" : "+m"(generator.next));
    while (generator.next(&generator, &value)) sum += value;
    bench_end();
    return verdict(sum, (uint32_t)((uint64_t)most * (most - 1) / 2));
}
