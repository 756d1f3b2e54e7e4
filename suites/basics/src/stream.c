/* Memory bandwidth: a[i] = b[i] + 3 c[i] over three arrays of 4 MiB, roles rotating. Sequential
 * 64-bit loads and stores, no vector instructions in the module. Shows what address computation
 * and bounds checks cost when the hardware prefetches well, and whether an engine unrolls or
 * vectorises by itself. */
#include "kymo.h"

#define WORDS (4u << 20 >> 3)
static u64 arrays[3][WORDS];

static NOINLINE void work(u32 sweeps) {
    for (u32 s = 0; s < sweeps; s++) {
        u64 *a = arrays[s % 3], *b = arrays[(s + 1) % 3], *c = arrays[(s + 2) % 3];
        for (u32 i = 0; i < WORDS; i++) a[i] = b[i] + 3 * c[i];
    }
}

void _start(void) {
    u32 sweeps = opaque(100);
    u64 seed = opaque64(5);
    for (u32 i = 0; i < WORDS; i++)
        for (u32 k = 0; k < 3; k++) arrays[k][i] = mix(seed + 3 * i + k);
    bench_start();
    work(sweeps);
    opaque(0);
    bench_end();
    u64 sum = 0;
    for (u32 i = 0; i < WORDS; i++) sum = mix(sum + arrays[0][i]);
    print_result(sum);
}
