;; Where every permitted result is the same: 2 * 3 + 4 in a lane, fused or not, and a swizzle within bounds.
(module
  (func (export "probe") (result i32)
    (i32.add
      (i32.trunc_f32_s
        (f32x4.extract_lane 0
          (f32x4.relaxed_madd
            (v128.const f32x4 2 2 2 2)
            (v128.const f32x4 3 3 3 3)
            (v128.const f32x4 4 4 4 4))))
      (i8x16.extract_lane_u 0
        (i8x16.relaxed_swizzle
          (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)
          (v128.const i8x16 7 6 5 4 3 2 1 0 0 0 0 0 0 0 0 0))))))
