;; The two modules of `component` made one: the same eight parameters in a direct call.
(module
  (func $mix (param $a i32) (param $b i32) (param $c i32) (param $d i64)
            (param $e f32) (param $f f64) (param $g i32) (param $h i32) (result i64)
    (i64.add
      (i64.add
        (i64.add (i64.extend_i32_u (local.get $a)) (i64.extend_i32_s (local.get $b)))
        (i64.add (i64.extend_i32_u (local.get $c)) (local.get $d)))
      (i64.add
        (i64.add (i64.trunc_f32_s (local.get $e)) (i64.trunc_f64_s (local.get $f)))
        (i64.add (i64.extend_i32_u (local.get $g)) (i64.extend_i32_u (local.get $h))))))
  (func (export "run") (param $n i32) (result i32)
    (local $i i32) (local $sum i64)
    (loop $again
      (local.set $sum
        (i64.add
          (i64.mul (local.get $sum) (i64.const 31))
          (call $mix
            (i32.and (local.get $i) (i32.const 255))
            (i32.sub (i32.and (local.get $i) (i32.const 0x7fff)) (i32.const 0x4000))
            (local.get $i)
            (i64.mul (i64.extend_i32_u (local.get $i)) (i64.const 0x9e3779b97f4a7c15))
            (f32.convert_i32_u (i32.and (local.get $i) (i32.const 0xffff)))
            (f64.mul (f64.convert_i32_u (local.get $i)) (f64.const 0.5))
            (i32.add (i32.const 0x1f600) (i32.and (local.get $i) (i32.const 63)))
            (i32.and (local.get $i) (i32.const 1)))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (i32.wrap_i64 (i64.xor (local.get $sum) (i64.shr_u (local.get $sum) (i64.const 32))))))
