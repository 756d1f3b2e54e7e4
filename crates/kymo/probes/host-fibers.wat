;; A fiber of the host's yields with 1 to 10 in memory, its resumer adds them up: 55.
(module
  (import "env" "memory" (memory 1 1 shared))
  (import "kymo_fiber" "resume" (func $resume (param i32) (result i32)))
  (import "kymo_fiber" "yield" (func $yield))
  (export "memory" (memory 0))
  (func (export "kymo_fiber_enter") (param $slot i32)
    (local $n i32)
    (loop $next
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (i32.store (i32.const 16) (local.get $n))
      (call $yield)
      (br_if $next (i32.lt_u (local.get $n) (i32.const 10)))))
  (func (export "probe") (result i32)
    (local $sum i32)
    (block $ended
      (loop $next
        (br_if $ended (i32.ne (call $resume (i32.const 1)) (i32.const 1)))
        (local.set $sum (i32.add (local.get $sum) (i32.load (i32.const 16))))
        (br $next)))
    (local.get $sum)))
