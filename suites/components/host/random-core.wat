;; The host is asked `n` times to fill `size` bytes at random, at least 16. The result is how often the first 16 were
;; not all zero: always, but for one time in 2^128.
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (memory (export "memory") 2)
  (func $random (param $size i32)
    ;; An error code other than 0 would be the engine's fault.
    (if (call $random_get (i32.const 65536) (local.get $size))
      (then unreachable)))
  (func (export "run") (param $n i32) (param $size i32) (result i32)
    (local $filled i32)
    (loop $again
      (call $random (local.get $size))
      (local.set $filled
        (i32.add
          (local.get $filled)
          (i32.eqz (i64.eqz (i64.or (i64.load (i32.const 65536)) (i64.load offset=8 (i32.const 65536)))))))
      ;; So that old bytes are never taken for new ones.
      (i64.store (i32.const 65536) (i64.const 0))
      (i64.store offset=8 (i32.const 65536) (i64.const 0))
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $filled)))
