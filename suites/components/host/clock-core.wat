;; The monotonic clock of WASI 0.1 is asked `n` times. The result is how often it had not gone back: always.
(module
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock_time_get (param i32 i64 i32) (result i32)))
  (memory (export "memory") 1)
  (func $now (result i64)
    ;; Clock 1 is the monotonic one; an error code other than 0 would be the engine's fault.
    (if (call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 0))
      (then unreachable))
    (i64.load (i32.const 0)))
  (func (export "run") (param $n i32) (result i32)
    (local $before i64) (local $now i64) (local $steps i32)
    (loop $again
      (local.set $now (call $now))
      (local.set $steps (i32.add (local.get $steps) (i64.ge_u (local.get $now) (local.get $before))))
      (local.set $before (local.get $now))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $steps)))
