// Throws darts at a quarter of a circle; the numbers are drawn by Knuth's linear congruential generator (MMIX).
#ifndef KYMO_PI_H
#define KYMO_PI_H

#include <stdint.h>

static inline uint32_t drawn(uint64_t *seed) {
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

// How many of `darts` hit.
static inline uint32_t thrown(uint64_t *seed, uint32_t darts) {
    uint32_t hits = 0;
    for (uint32_t i = 0; i < darts; i++) {
        double x = drawn(seed) / 2147483648.0, y = drawn(seed) / 2147483648.0;
        hits += x * x + y * y < 1;
    }
    return hits;
}

// What `tasks` tasks hit that throw `darts` darts `turns` times each, the seeds being their numbers.
static inline int64_t all_hits(int tasks, int turns, uint32_t darts) {
    int64_t hits = 0;
    for (int i = 0; i < tasks; i++) {
        uint64_t seed = (uint64_t)i;
        for (int turn = 0; turn < turns; turn++) hits += thrown(&seed, darts);
    }
    return hits;
}

#endif
