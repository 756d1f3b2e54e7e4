;; `n` times, a record with two records in it goes to another component, which returns one of its kind.
(component
  (component $callee
    (type $vector-shape (record (field "x" f64) (field "y" f64)))
    (export $vector "vector" (type $vector-shape))
    (type $particle-shape (record
      (field "id" u32) (field "at" $vector) (field "velocity" $vector) (field "charge" s8) (field "alive" bool)))
    (export $particle "particle" (type $particle-shape))
    (core module $program
      (memory (export "memory") 1)
      (func (export "advance")
            (param $id i32) (param $x f64) (param $y f64) (param $vx f64) (param $vy f64)
            (param $charge i32) (param $alive i32) (result i32)
        (i32.store (i32.const 0) (i32.add (local.get $id) (i32.const 1)))
        (f64.store offset=8 (i32.const 0) (f64.add (local.get $x) (f64.mul (local.get $vx) (f64.const 0.5))))
        (f64.store offset=16 (i32.const 0) (f64.add (local.get $y) (f64.mul (local.get $vy) (f64.const 0.5))))
        (f64.store offset=24 (i32.const 0) (local.get $vx))
        (f64.store offset=32 (i32.const 0) (local.get $vy))
        (i32.store8 offset=40 (i32.const 0) (i32.sub (i32.const 0) (local.get $charge)))
        (i32.store8 offset=41 (i32.const 0) (i32.eqz (local.get $alive)))
        (i32.const 0)))
    (core instance $program (instantiate $program))
    (func (export "advance") (param "particle" $particle) (result $particle)
      (canon lift (core func $program "advance") (memory (core memory $program "memory")))))

  (component $caller
    (import "callee" (instance $callee
      (type $vector-shape (record (field "x" f64) (field "y" f64)))
      (export "vector" (type $vector (eq $vector-shape)))
      (type $particle-shape (record
        (field "id" u32) (field "at" $vector) (field "velocity" $vector) (field "charge" s8) (field "alive" bool)))
      (export "particle" (type $particle (eq $particle-shape)))
      (export "advance" (func (param "particle" $particle) (result $particle)))))
    (core module $memory
      (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $advance (canon lower (func $callee "advance") (memory (core memory $memory "memory"))))
    (core module $program
      (import "caller" "memory" (memory 1))
      (import "callee" "advance" (func $advance (param i32 f64 f64 f64 f64 i32 i32 i32)))
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
    (core instance $program (instantiate $program
      (with "caller" (instance $memory))
      (with "callee" (instance (export "advance" (func $advance))))))
    (func (export "run") (param "n" u32) (result s32) (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
