/* 128-bit vectors, written by hand: the Mandelbrot set, four points at once in f32x4, then the
 * picture encoded as hexadecimal text by byte swizzles in i8x16. The first half is arithmetic on
 * floats with masks, the second loads, shuffles and stores. Needs the simd feature; nothing here
 * uses relaxed instructions, so every engine must arrive at the same bytes. */
#include "kymo.h"
#include "vectors.h"

#define SIDE 256
static u8 picture[SIDE * SIDE], text[SIDE * SIDE * 2];

static NOINLINE void draw(u32 limit) {
    for (u32 at = 0; at < SIDE * SIDE; at += 4) {
        float col = (float)(at % SIDE), row = (float)(at / SIDE);
        v128_t cr = wasm_f32x4_make(col, col + 1, col + 2, col + 3);
        cr = wasm_f32x4_sub(wasm_f32x4_mul(cr, wasm_f32x4_splat(0x1.8p-7f)), wasm_f32x4_splat(2.0f));
        v128_t ci = wasm_f32x4_splat(row * 0x1.4p-7f - 1.25f);
        v128_t zr = wasm_i32x4_splat(0), zi = zr, count = zr;
        for (u32 n = 0; n < limit; n++) {
            v128_t rr = wasm_f32x4_mul(zr, zr), ii = wasm_f32x4_mul(zi, zi);
            v128_t inside = wasm_f32x4_lt(wasm_f32x4_add(rr, ii), wasm_f32x4_splat(4.0f));
            if (!wasm_v128_any_true(inside)) break;
            count = wasm_i32x4_sub(count, inside);
            zi = wasm_f32x4_add(wasm_f32x4_mul(wasm_f32x4_add(zr, zr), zi), ci);
            zr = wasm_f32x4_add(wasm_f32x4_sub(rr, ii), cr);
        }
        count = wasm_i8x16_swizzle(count, wasm_i8x16_make(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));
        wasm_v128_store32_lane(picture + at, count, 0);
    }
}

static NOINLINE void encode(void) {
    const v128_t digits = wasm_v128_load("0123456789abcdef"), low = wasm_i8x16_splat(15);
    for (u32 at = 0; at < SIDE * SIDE; at += 16) {
        v128_t bytes = wasm_v128_load(picture + at);
        v128_t h = wasm_i8x16_swizzle(digits, wasm_u8x16_shr(bytes, 4));
        v128_t l = wasm_i8x16_swizzle(digits, wasm_v128_and(bytes, low));
        wasm_v128_store(text + 2 * at, wasm_i8x16_shuffle(h, l, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23));
        wasm_v128_store(text + 2 * at + 16, wasm_i8x16_shuffle(h, l, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31));
    }
}

void _start(void) {
    u32 limit = opaque(2500), times = opaque(3000);
    bench_start();
    draw(limit);
    while (times--) encode(), opaque(0);
    bench_end();
    u64 sum = 0;
    for (u32 i = 0; i < sizeof text; i++) sum = mix(sum + text[i]);
    print_result(sum);
}
