/* Memory growing by one page of 64 KiB at a time to 64 MiB, every new page written to at each
 * 4 KiB. Shows what memory.grow costs (a system call, a copy of all there is, or nothing) and
 * what the first touch of fresh memory costs, which is mostly the kernel's page faults. An engine
 * that moves memory when it grows pays for the square of the size. */
#include "kymo.h"

#define PAGE 65536u

static NOINLINE u64 work(u32 pages) {
    u64 sum = 0;
    while (pages--) {
        u32 old = __builtin_wasm_memory_grow(0, 1);
        if (old == ~0u) __builtin_trap();
        for (u32 at = 0; at < PAGE; at += 4096) {
            u32 *word = (u32 *)(old * PAGE + at);
            sum += *word; /* fresh memory is zero */
            *word = pages;
            sum += *(u32 *)(old * PAGE + at / 2);
        }
    }
    return mix(sum);
}

void _start(void) {
    u32 pages = opaque(1024);
    bench_start();
    u64 result = opaque64(work(pages));
    bench_end();
    print_result(result);
}
