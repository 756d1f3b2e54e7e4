;; What is too large becomes the largest integer, and what is no number becomes 0.
(module
  (func (export "probe") (result i32)
    (i32.add
      (i32.trunc_sat_f64_s (f64.const 1e10))
      (i32.trunc_sat_f32_u (f32.const nan)))))
