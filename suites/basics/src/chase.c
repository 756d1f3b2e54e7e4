/* Memory latency: follows one cycle of pointers through 8 MiB in random order. Each load needs the
 * one before it and most miss the inner caches, so the processor waits; bounds checks hide in the
 * wait. Engines should be nearly equal here: a difference is one of paging (huge pages, how
 * linear memory is mapped) rather than of code. Depends on the machine more than any other. */
#include "kymo.h"

#define NODES (8u << 20 >> 2)
static u32 next[NODES];

/* Sattolo's shuffle: always a single cycle through all nodes. */
static void tangle(u64 seed) {
    for (u32 i = 0; i < NODES; i++) next[i] = i;
    for (u32 i = NODES - 1; i > 0; i--) {
        u32 j = (u32)(mix(seed + i) % i), t = next[i];
        next[i] = next[j], next[j] = t;
    }
}

static NOINLINE u32 work(u32 hops) {
    u32 at = 0;
    while (hops--) at = next[at];
    return at;
}

void _start(void) {
    u32 hops = opaque(600000);
    tangle(opaque64(3));
    bench_start();
    u32 result = opaque(work(hops));
    bench_end();
    print_result(result);
}
