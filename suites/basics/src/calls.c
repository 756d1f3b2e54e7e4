/* Direct calls and little else: Takeuchi's function (three parameters, four calls) and
 * Hofstadter's female and male sequences, which call each other and so cannot become loops.
 * Shows the cost of prologue, epilogue, stack check and register saving; also whether the engine
 * inlines, which most do not for WebAssembly. */
#include "kymo.h"

static NOINLINE int takeuchi(int x, int y, int z) {
    if (y >= x) return z;
    return takeuchi(takeuchi(x - 1, y, z), takeuchi(y - 1, z, x), takeuchi(z - 1, x, y));
}

static NOINLINE u32 male(u32 n);
static NOINLINE u32 female(u32 n) { return n == 0 ? 1 : n - male(female(n - 1)); }
static NOINLINE u32 male(u32 n) { return n == 0 ? 0 : n - female(male(n - 1)); }

static NOINLINE u64 work(int size, u32 length) {
    u64 sum = 0;
    for (int x = 1; x <= size; x++) sum = mix(sum + (u32)takeuchi(x, x * 2 / 3, x / 3));
    for (u32 n = 0; n < length; n++) sum = mix(sum + ((u64)female(n) << 32) + male(n));
    return sum;
}

void _start(void) {
    int size = (int)opaque(24);
    u32 length = opaque(76);
    bench_start();
    u64 result = opaque64(work(size, length));
    bench_end();
    print_result(result);
}
