/* memory.copy and memory.fill: a million short ones of 1 to 256 bytes at odd addresses, where the
 * way into the engine's library is most of the cost, then a thousand of up to 1 MiB, overlapping,
 * where the library's inner loop is. Needs the bulk-memory feature. */
#include "kymo.h"

#define SIZE (4u << 20)
static u8 area[SIZE];

static NOINLINE void scatter(u32 times, u64 seed) {
    for (u32 n = 0; n < times; n++) {
        u64 r = mix(seed + n);
        u32 from = (u32)r % (SIZE - 256), to = (u32)(r >> 20) % (SIZE - 256), len = (u32)(r >> 56) + 1;
        if (n % 4 == 0) __builtin_memset(area + to, (int)n, len);
        else __builtin_memmove(area + to, area + from, len);
    }
}

static NOINLINE void slide(u32 times) {
    for (u32 n = 0; n < times; n++) {
        u32 from = n * 4099 % (SIZE / 2), to = n * 8209 % (SIZE / 2);
        __builtin_memmove(area + to, area + from, SIZE / 4);
        __builtin_memset(area + from, (int)n, SIZE / 64);
    }
}

void _start(void) {
    u32 shorts = opaque(1000000), longs = opaque(1000);
    u64 seed = opaque64(13);
    for (u32 i = 0; i < SIZE; i++) area[i] = (u8)mix(seed + i);
    bench_start();
    scatter(shorts, seed);
    slide(longs);
    opaque(0);
    bench_end();
    u64 sum = 0;
    for (u32 i = 0; i < SIZE; i++) sum = mix(sum + area[i]);
    print_result(sum);
}
