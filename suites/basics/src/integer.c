/* Scalar integer arithmetic with no memory access in the loop: 64-bit multiplication, rotation,
 * shifts, bit counting and division by a value known only at run time. Shows instruction selection
 * and register allocation. Every step needs the one before it, so latency counts, not throughput;
 * the division is by far the slowest instruction and differs most between processors. */
#include "kymo.h"

static NOINLINE u64 work(u32 steps, u64 seed) {
    u64 x = seed, sum = 0;
    for (u32 i = 0; i < steps; i++) {
        x = mix(x + i);
        x = __builtin_rotateleft64(x, sum & 63);
        sum += x % ((x >> 40) | 1);
        sum ^= (u64)__builtin_popcountll(x) << (x & 31);
        x += sum + (u64)__builtin_clzll(x | 1);
    }
    return x ^ sum;
}

void _start(void) {
    u32 steps = opaque(5000000);
    u64 seed = opaque64(42);
    bench_start();
    u64 result = opaque64(work(steps, seed));
    bench_end();
    print_result(result);
}
