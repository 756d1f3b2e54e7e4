// sieve as a state machine: what was a fiber is its prime, called through a pointer as a fiber's entry is.
#include "program.h"

#define MOST 100000

struct filter {
    int (*divides)(struct filter *, int);
    int prime;
};

static struct filter filters[MOST];

static int divides(struct filter *filter, int candidate) { return candidate % filter->prime == 0; }

static int64_t expected(int primes) {
    static int found[MOST];
    int64_t sum = 0;
    for (int count = 0, candidate = 2; count < primes; candidate++) {
        int i = 0;
        while (i < count && found[i] * found[i] <= candidate && candidate % found[i]) i++;
        if (i < count && found[i] * found[i] <= candidate) continue;
        found[count++] = candidate;
        sum += candidate;
    }
    return sum;
}

int run(int count, const int64_t *arguments) {
    int primes = (int)argument(count, arguments, 0, 8100);
    if (primes > MOST) return 64;
    int64_t sum = 0;
    bench_start();
    for (int found = 0, candidate = 2; found < primes; candidate++) {
        int divided = 0;
        for (int i = 0; i < found && !divided; i++) divided = filters[i].divides(&filters[i], candidate);
        if (divided) continue;
        filters[found++] = (struct filter){divides, candidate};
        sum += candidate;
    }
    bench_end();
    return verdict(sum, expected(primes));
}
