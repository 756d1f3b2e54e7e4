/* The vector instructions that simd.c uses: WebAssembly's own, or what they are on the machine itself. */
#ifndef VECTORS_H
#define VECTORS_H
#ifdef __wasm__
#include <wasm_simd128.h>
#else
typedef int v128_t __attribute__((vector_size(16), aligned(16)));
typedef float f32x4 __attribute__((vector_size(16)));
typedef signed char i8x16 __attribute__((vector_size(16)));
typedef unsigned char u8x16 __attribute__((vector_size(16)));
typedef u64 u64x2 __attribute__((vector_size(16)));

#define wasm_f32x4_make(a, b, c, d) ((v128_t)(f32x4){a, b, c, d})
#define wasm_i8x16_make(...) ((v128_t)(i8x16){__VA_ARGS__})
#define wasm_i8x16_shuffle(a, b, ...) ((v128_t)__builtin_shufflevector((i8x16)(a), (i8x16)(b), __VA_ARGS__))
static inline v128_t wasm_f32x4_splat(float x) { return wasm_f32x4_make(x, x, x, x); }
static inline v128_t wasm_i32x4_splat(int x) { return (v128_t){x, x, x, x}; }
static inline v128_t wasm_i8x16_splat(signed char x) { return (v128_t)((i8x16){0} + x); }
static inline v128_t wasm_f32x4_add(v128_t a, v128_t b) { return (v128_t)((f32x4)a + (f32x4)b); }
static inline v128_t wasm_f32x4_sub(v128_t a, v128_t b) { return (v128_t)((f32x4)a - (f32x4)b); }
static inline v128_t wasm_f32x4_mul(v128_t a, v128_t b) { return (v128_t)((f32x4)a * (f32x4)b); }
static inline v128_t wasm_f32x4_lt(v128_t a, v128_t b) { return (v128_t)((f32x4)a < (f32x4)b); }
static inline v128_t wasm_i32x4_sub(v128_t a, v128_t b) { return a - b; }
static inline v128_t wasm_v128_and(v128_t a, v128_t b) { return a & b; }
static inline v128_t wasm_u8x16_shr(v128_t a, u32 by) { return (v128_t)((u8x16)a >> (unsigned char)by); }
static inline int wasm_v128_any_true(v128_t a) { return (((u64x2)a)[0] | ((u64x2)a)[1]) != 0; }
static inline v128_t wasm_v128_load(const void *from) {
    v128_t value;
    __builtin_memcpy(&value, from, 16);
    return value;
}
static inline void wasm_v128_store(void *to, v128_t value) { __builtin_memcpy(to, &value, 16); }
static inline void wasm_v128_store32_lane(void *to, v128_t value, int lane) {
    int word = value[lane];
    __builtin_memcpy(to, &word, 4);
}

/* An index beyond the last lane gives 0. simd.c has none, so a machine's own answer to such an index is as good. */
static inline v128_t wasm_i8x16_swizzle(v128_t bytes, v128_t indices) {
#if defined(__SSSE3__)
    typedef char b16 __attribute__((vector_size(16)));
    return (v128_t)__builtin_ia32_pshufb128((b16)bytes, (b16)indices);
#else
    i8x16 chosen;
    for (int lane = 0; lane < 16; lane++) {
        u8 index = ((u8x16)indices)[lane];
        chosen[lane] = index < 16 ? ((i8x16)bytes)[index] : 0;
    }
    return (v128_t)chosen;
#endif
}
#endif
#endif
