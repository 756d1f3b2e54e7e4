;; Functions with two results and blocks with parameters: (3, 4) becomes 4 * 10 + 3.
(module
  (func $swapped (param $a i32) (param $b i32) (result i32 i32) (local.get $b) (local.get $a))
  (func (export "probe") (result i32)
    (local $low i32)
    (call $swapped (i32.const 3) (i32.const 4))
    (block (param i32 i32) (result i32 i32)
      (local.set $low)
      (i32.const 10)
      (i32.mul)
      (local.get $low))
    (i32.add)))
