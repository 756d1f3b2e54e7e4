;; The monotonic clock of WASI 0.2 is asked `n` times. The result is how often it had not gone back: always.
(component
  (import "wasi:clocks/monotonic-clock@0.2.0" (instance $clock
    (export "now" (func (result u64)))))
  (core func $now (canon lower (func $clock "now")))
  (core module $program
    (import "clock" "now" (func $now (result i64)))
    (func (export "run") (param $n i32) (result i32)
      (local $before i64) (local $now i64) (local $steps i32)
      (loop $again
        (local.set $now (call $now))
        (local.set $steps (i32.add (local.get $steps) (i64.ge_u (local.get $now) (local.get $before))))
        (local.set $before (local.get $now))
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $steps)))
  (core instance $program (instantiate $program (with "clock" (instance (export "now" (func $now))))))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $program "run"))))
