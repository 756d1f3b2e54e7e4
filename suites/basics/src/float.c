/* Scalar double-precision arithmetic: gravity among eight bodies, by leapfrog steps. Additions,
 * multiplications, one division and one square root a pair; memory stays in the first-level cache.
 * Uses only operations that IEEE 754 rounds in one way, and WebAssembly has no fused
 * multiply-add, so every engine must arrive at the same bits. It therefore shows nothing of
 * libm. */
#include "kymo.h"

#define BODIES 8
static struct body {
    f64 x, y, z, vx, vy, vz, mass;
} bodies[BODIES];

static f64 unit(u64 n) { return (f64)(mix(n) >> 11) * 0x1p-53 - 0.5; }

static void place(u64 seed) {
    for (u32 i = 0; i < BODIES; i++) {
        struct body *b = &bodies[i];
        b->x = 8 * unit(seed + 6 * i), b->vx = unit(seed + 6 * i + 3);
        b->y = 8 * unit(seed + 6 * i + 1), b->vy = unit(seed + 6 * i + 4);
        b->z = 8 * unit(seed + 6 * i + 2), b->vz = unit(seed + 6 * i + 5);
        b->mass = i == 0 ? 10 : 0.01 * (i + 1);
    }
}

static NOINLINE void work(u32 steps, f64 dt) {
    for (u32 step = 0; step < steps; step++) {
        for (u32 i = 0; i < BODIES; i++) {
            for (u32 j = i + 1; j < BODIES; j++) {
                struct body *a = &bodies[i], *b = &bodies[j];
                f64 dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
                f64 square = dx * dx + dy * dy + dz * dz + 0.01; /* softened: no collisions */
                f64 pull = dt / (square * __builtin_sqrt(square));
                a->vx -= dx * b->mass * pull, b->vx += dx * a->mass * pull;
                a->vy -= dy * b->mass * pull, b->vy += dy * a->mass * pull;
                a->vz -= dz * b->mass * pull, b->vz += dz * a->mass * pull;
            }
        }
        for (u32 i = 0; i < BODIES; i++) {
            struct body *b = &bodies[i];
            b->x += dt * b->vx, b->y += dt * b->vy, b->z += dt * b->vz;
        }
    }
}

void _start(void) {
    u32 steps = opaque(250000);
    place(opaque64(7));
    bench_start();
    work(steps, 0x1p-10);
    opaque(0);
    bench_end();
    u64 sum = 0, bits;
    for (u32 i = 0; i < BODIES; i++) {
        const f64 place[3] = {bodies[i].x, bodies[i].y, bodies[i].z};
        for (u32 k = 0; k < 3; k++) {
            __builtin_memcpy(&bits, &place[k], 8);
            sum = mix(sum + bits);
        }
    }
    print_result(sum);
}
