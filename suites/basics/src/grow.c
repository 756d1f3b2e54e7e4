/* Memory growing by one page of 64 KiB at a time to 64 MiB, every new page written to at each
 * 4 KiB. Shows what memory.grow costs (a system call, a copy of all there is, or nothing) and
 * what the first touch of fresh memory costs, which is mostly the kernel's page faults. An engine
 * that moves memory when it grows pays for the square of the size. */
#include "kymo.h"

#define PAGE 65536u

#ifdef __wasm__
#define AT(offset) ((u32 *)(offset))
static u32 grow(void) { return __builtin_wasm_memory_grow(0, 1); }
#else
/* As engines do it: address space is reserved once, and each page made usable when it is asked for. */
#include <sys/mman.h>
#define RESERVED (1025ul * PAGE)
static char *memory = MAP_FAILED;
static u32 grown;
#define AT(offset) ((u32 *)(memory + (offset)))
__attribute__((constructor)) static void reserve(void) {
    memory = mmap(0, RESERVED, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
}
__attribute__((destructor)) static void release(void) { munmap(memory, RESERVED); }
static u32 grow(void) {
    if ((grown + 1ul) * PAGE > RESERVED) return ~0u;
    if (mprotect(memory + (u64)grown * PAGE, PAGE, PROT_READ | PROT_WRITE) != 0) return ~0u;
    return grown++;
}
#endif

static NOINLINE u64 work(u32 pages) {
    u64 sum = 0;
    while (pages--) {
        u32 old = grow();
        if (old == ~0u) __builtin_trap();
        for (u32 at = 0; at < PAGE; at += 4096) {
            u32 *word = AT(old * PAGE + at);
            sum += *word; /* fresh memory is zero */
            *word = pages;
            sum += *AT(old * PAGE + at / 2);
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
