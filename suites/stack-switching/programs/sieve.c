// The first primes, with a fiber for each: it is asked of every candidate whether its prime divides that.
#include "fiber.h"
#include "program.h"

#define MOST 100000

static fiber filters[MOST];

static intptr_t filter(intptr_t prime) {
    intptr_t candidate = fiber_yield(0);
    while (!fiber_cancelled()) candidate = fiber_yield(candidate % prime == 0);
    return 0;
}

// The sum of the first primes, by trial division with the primes themselves.
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
    enum fiber_status status;
    bench_start();
    for (int found = 0, candidate = 2; found < primes; candidate++) {
        intptr_t divided = 0;
        for (int i = 0; i < found && !divided; i++) divided = fiber_resume(filters[i], candidate, &status);
        if (divided) continue;
        filters[found] = fiber_new(filter);
        if (!filters[found]) break;
        fiber_resume(filters[found++], candidate, &status);
        sum += candidate;
    }
    for (int i = 0; i < primes; i++) fiber_free(filters[i]);
    bench_end();
    return fibers_verdict(sum, expected(primes));
}
