// A program that could yield and never does: recursion, loops and calls through a table. What it takes longer than
// without fibers is the price of having them. It runs in a fiber, but for the flavour `plain`, which has none.
#include "program.h"

#ifdef PLAIN
static void perhaps_yield(int value) { __asm__ volatile("" ::"r"(value)); }
#else
#include "fiber.h"
static void perhaps_yield(int value) {
    if (value < 0) fiber_yield(value);
}
#endif

static int fibonacci(int n) {
    if (n < 2) {
        perhaps_yield(n);
        return n;
    }
    return fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t xorshift(uint32_t x) {
    x ^= x << 13, x ^= x >> 17, x ^= x << 5;
    return x;
}

static uint32_t add(uint32_t a, uint32_t b) { return perhaps_yield((int)(a & 15)), a + b; }
static uint32_t multiply(uint32_t a, uint32_t b) { return perhaps_yield((int)(b & 15)), a * (b | 1); }
static uint32_t mix(uint32_t a, uint32_t b) { return a ^ xorshift(b); }
static uint32_t rotate(uint32_t a, uint32_t b) { return a << (b & 31) | a >> (-b & 31); }

static uint32_t (*const operations[4])(uint32_t, uint32_t) = {add, multiply, mix, rotate};

static uint32_t through_table(uint32_t rounds) {
    uint32_t value = 1, draw = 88172645;
    for (uint32_t i = 0; i < rounds; i++) {
        draw = xorshift(draw);
        value = operations[draw & 3](value, draw >> 2);
    }
    return value;
}

static int size;
static uint32_t hash;

static intptr_t work(intptr_t unused) {
    (void)unused;
    hash = through_table(1u << (size - 8)) * 31 + (uint32_t)fibonacci(size);
    return 0;
}

// By addition alone, and the operations without calls.
static uint32_t expected(void) {
    uint32_t a = 0, b = 1, value = 1, draw = 88172645;
    for (int i = 0; i < size; i++) b += a, a = b - a;
    for (uint32_t i = 0; i < 1u << (size - 8); i++) {
        draw = xorshift(draw);
        uint32_t by = draw >> 2;
        switch (draw & 3) {
        case 0: value += by; break;
        case 1: value *= by | 1; break;
        case 2: value ^= xorshift(by); break;
        default: value = value << (by & 31) | value >> (-by & 31);
        }
    }
    return value * 31 + a;
}

int run(int count, const int64_t *arguments) {
    size = (int)argument(count, arguments, 0, 30);
    if (size < 8 || size > 40) return 64;
    bench_start();
#ifdef PLAIN
    work(0);
#else
    enum fiber_status status;
    fiber worker = fiber_new(work);
    fiber_resume(worker, 0, &status);
    fiber_free(worker);
#endif
    bench_end();
    return verdict(hash, expected());
}
