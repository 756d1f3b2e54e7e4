;; The two modules of `component` made one. The record is passed in the same way: seven parameters, and a place in
;; memory for the result.
(module
  (memory 1)
  (func $advance
        (param $id i32) (param $x f64) (param $y f64) (param $vx f64) (param $vy f64)
        (param $charge i32) (param $alive i32) (param $result i32)
    (i32.store (local.get $result) (i32.add (local.get $id) (i32.const 1)))
    (f64.store offset=8 (local.get $result) (f64.add (local.get $x) (f64.mul (local.get $vx) (f64.const 0.5))))
    (f64.store offset=16 (local.get $result) (f64.add (local.get $y) (f64.mul (local.get $vy) (f64.const 0.5))))
    (f64.store offset=24 (local.get $result) (local.get $vx))
    (f64.store offset=32 (local.get $result) (local.get $vy))
    (i32.store8 offset=40 (local.get $result) (i32.sub (i32.const 0) (local.get $charge)))
    (i32.store8 offset=41 (local.get $result) (i32.eqz (local.get $alive))))
  (func $bits (param $at i32) (result i32)
    (i32.wrap_i64 (i64.xor (i64.load (local.get $at)) (i64.shr_u (i64.load (local.get $at)) (i64.const 32)))))
  (func (export "run") (param $n i32) (result i32)
    (local $i i32) (local $sum i32)
    (loop $again
      (call $advance
        (local.get $i)
        (f64.convert_i32_u (local.get $i))
        (f64.neg (f64.convert_i32_u (local.get $i)))
        (f64.const 1.5)
        (f64.const 0.25)
        (i32.sub (i32.and (local.get $i) (i32.const 127)) (i32.const 64))
        (i32.and (local.get $i) (i32.const 1))
        (i32.const 0))
      (local.set $sum
        (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (i32.add
            (i32.add
              (i32.add (i32.load (i32.const 0)) (call $bits (i32.const 8)))
              (i32.add (call $bits (i32.const 16)) (call $bits (i32.const 24))))
            (i32.add
              (call $bits (i32.const 32))
              (i32.add (i32.load8_s (i32.const 40)) (i32.load8_u (i32.const 41)))))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))
