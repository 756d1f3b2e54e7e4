;; `n` times, a variant of four cases and an option go to another component, which returns a result: a number, or an
;; error. Every case occurs.
(component
  (component $callee
    (type $shape-shape (variant
      (case "none") (case "count" u32) (case "ratio" f64) (case "pair" (tuple u32 u32))))
    (export $shape "shape" (type $shape-shape))
    (type $fault-shape (enum "odd" "even"))
    (export $fault "fault" (type $fault-shape))
    (core module $program
      (memory (export "memory") 1)
      (func (export "judge") (param $case i32) (param $first i64) (param $second i32)
                             (param $given i32) (param $option i32) (result i32)
        (local $sum i32)
        (block $done
          (block $pair
            (block $ratio
              (block $count
                (br_table $done $count $ratio $pair (local.get $case)))
              (local.set $sum (i32.wrap_i64 (local.get $first)))
              (br $done))
            (local.set $sum (i32.trunc_f64_s (f64.reinterpret_i64 (local.get $first))))
            (br $done))
          (local.set $sum (i32.add (i32.wrap_i64 (local.get $first)) (local.get $second))))
        (if (local.get $given)
          (then (local.set $sum (i32.add (local.get $sum) (local.get $option)))))
        (if (i32.eq (i32.and (local.get $sum) (i32.const 7)) (i32.const 5))
          (then
            (i32.store8 (i32.const 0) (i32.const 1))
            (i32.store8 offset=4 (i32.const 0) (i32.and (i32.shr_u (local.get $sum) (i32.const 3)) (i32.const 1))))
          (else
            (i32.store8 (i32.const 0) (i32.const 0))
            (i32.store offset=4 (i32.const 0) (local.get $sum))))
        (i32.const 0)))
    (core instance $program (instantiate $program))
    (func (export "judge") (param "shape" $shape) (param "more" (option u32)) (result (result u32 (error $fault)))
      (canon lift (core func $program "judge") (memory (core memory $program "memory")))))

  (component $caller
    (import "callee" (instance $callee
      (type $shape-shape (variant
        (case "none") (case "count" u32) (case "ratio" f64) (case "pair" (tuple u32 u32))))
      (export "shape" (type $shape (eq $shape-shape)))
      (type $fault-shape (enum "odd" "even"))
      (export "fault" (type $fault (eq $fault-shape)))
      (export "judge" (func
        (param "shape" $shape) (param "more" (option u32)) (result (result u32 (error $fault)))))))
    (core module $memory
      (memory (export "memory") 1))
    (core instance $memory (instantiate $memory))
    (core func $judge (canon lower (func $callee "judge") (memory (core memory $memory "memory"))))
    (core module $program
      (import "caller" "memory" (memory 1))
      (import "callee" "judge" (func $judge (param i32 i64 i32 i32 i32 i32)))
      (func $first (param $i i32) (result i64)
        (if (result i64) (i32.eq (i32.and (local.get $i) (i32.const 3)) (i32.const 2))
          (then (i64.reinterpret_f64 (f64.convert_i32_u (i32.and (local.get $i) (i32.const 0xffff)))))
          (else (i64.extend_i32_u (local.get $i)))))
      (func (export "run") (param $n i32) (result i32)
        (local $i i32) (local $sum i32)
        (loop $again
          (call $judge
            (i32.and (local.get $i) (i32.const 3))
            (call $first (local.get $i))
            (local.get $i)
            (i32.and (i32.shr_u (local.get $i) (i32.const 2)) (i32.const 1))
            (local.get $i)
            (i32.const 0))
          (local.set $sum
            (i32.add
              (i32.mul (local.get $sum) (i32.const 31))
              (if (result i32) (i32.load8_u (i32.const 0))
                (then (i32.sub (i32.const -1) (i32.load8_u (i32.const 4))))
                (else (i32.load (i32.const 4))))))
          (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
        (local.get $sum)))
    (core instance $program (instantiate $program
      (with "caller" (instance $memory))
      (with "callee" (instance (export "judge" (func $judge))))))
    (func (export "run") (param "n" u32) (result s32) (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
