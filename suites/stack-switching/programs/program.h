// What the programs of this suite have in common: the measured region, arguments, and saying whether the result is
// right. With WITH_LIBC it is printf that says so, as in the programs of the talk, whose sizes include it; else fd_write.
#ifndef KYMO_PROGRAM_H
#define KYMO_PROGRAM_H

#include <stddef.h>
#include <stdint.h>

__attribute__((import_module("bench"), import_name("start"))) void bench_start(void);
__attribute__((import_module("bench"), import_name("end"))) void bench_end(void);

// The program's whole work; arguments are numbers.
int run(int count, const int64_t *arguments);

// The number at `index`, or `otherwise` where fewer are given.
static inline int64_t argument(int count, const int64_t *arguments, int index, int64_t otherwise) {
    return index < count ? arguments[index] : otherwise;
}

// Writes to standard output at once, also from within a fiber.
void put(const char *text, uint32_t length);

// Says "right" or what is wrong: standard output is what a benchmark is checked by. Returns the exit code.
int verdict(int64_t got, int64_t expected);

#ifdef KYMO_FIBER_H
// The verdict of a program with fibers: all of them must have ended.
static inline int fibers_verdict(int64_t got, int64_t expected) {
    if (fiber_alive() == 0) return verdict(got, expected);
    put("fibers left: ", 13);
    return verdict(fiber_alive(), 0);
}
#endif

#endif
