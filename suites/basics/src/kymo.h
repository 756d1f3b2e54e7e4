/* What the programs of this suite share: the benchmark protocol, two WASI imports, a result line.
 * Freestanding on purpose: no libc between the program that is read and the one that is measured.
 * Compiled for the machine itself, the same program becomes a library whose `native_entry` runs it. */
#ifndef KYMO_H
#define KYMO_H

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef double f64;

#ifdef __wasm__
#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#else
#define IMPORT(module, name)
#endif
#define NOINLINE __attribute__((noinline))

/* What lies between these two calls is the measured region. */
IMPORT("bench", "start") void bench_start(void);
IMPORT("bench", "end") void bench_end(void);

#ifdef __wasm__
struct iovec {
    const void *bytes;
    u32 len;
};
IMPORT("wasi_snapshot_preview1", "fd_write")
int fd_write(int fd, const struct iovec *parts, u32 count, u32 *written);
#else
long write(int fd, const void *bytes, unsigned long len);
void program_start(void);
#define _start program_start
int native_entry(int argc, char **argv) {
    (void)argc, (void)argv;
    program_start();
    return 0;
}
#endif

/* The compiler may assume nothing about what comes out of these, nor move their operand across a
 * call. On the way in, a constant becomes unknown, so nothing is computed ahead of time; on the
 * way out, the work is finished before the region ends. */
static inline u32 opaque(u32 x) {
    __asm__ volatile("" : "+r"(x) : : "memory");
    return x;
}
static inline u64 opaque64(u64 x) {
    __asm__ volatile("" : "+r"(x) : : "memory");
    return x;
}
static inline const void *opaque_address(const void *x) {
    __asm__ volatile("" : "+r"(x) : : "memory");
    return x;
}

/* Finishing function of splitmix64: the one source of pseudo-random numbers and of checksums. */
static inline u64 mix(u64 x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static inline void print(const char *text, u32 len) {
#ifdef __wasm__
    struct iovec part = {text, len};
    u32 written;
    if (fd_write(1, &part, 1, &written) != 0) __builtin_trap();
#else
    if (write(1, text, len) != (long)len) __builtin_trap();
#endif
}

/* Prints the result as 16 hexadecimal digits and a line feed. */
static inline void print_result(u64 value) {
    char line[17];
    for (int i = 0; i < 16; i++) line[i] = "0123456789abcdef"[(value >> (60 - 4 * i)) & 15];
    line[16] = '\n';
    print(line, 17);
}

#endif
