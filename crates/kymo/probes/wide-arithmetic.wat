;; (2^64 - 1) * 2 is (1, 2^64 - 2) in two halves; adding (0, 2) carries into the upper: 2, and 0 below.
(module
  (func (export "probe") (result i64)
    (local $low i64) (local $high i64)
    (i64.mul_wide_u (i64.const -1) (i64.const 2))
    (local.set $high)
    (local.set $low)
    (i64.add128 (local.get $low) (local.get $high) (i64.const 2) (i64.const 0))
    (local.set $high)
    (local.set $low)
    (i64.add (i64.mul (local.get $low) (i64.const 10)) (local.get $high))))
