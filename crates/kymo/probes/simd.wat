;; Four lanes at once: (1 + 10) + (2 + 20) + (3 + 30) + (4 + 40) = 110, after a shuffle and a load.
(module
  (memory 1)
  (data (i32.const 16) "\01\00\00\00\02\00\00\00\03\00\00\00\04\00\00\00")
  (func (export "probe") (result i32)
    (local $sum v128)
    (local.set $sum
      (i32x4.add
        (v128.load (i32.const 16))
        (i8x16.shuffle 12 13 14 15 8 9 10 11 4 5 6 7 0 1 2 3
          (v128.const i32x4 40 30 20 10)
          (v128.const i32x4 0 0 0 0))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
      (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum))))))
