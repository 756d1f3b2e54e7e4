;; The host is asked `n` times for a list of `size` random bytes, at least 16. The result is how often the first 16 were
;; not all zero: always, but for one time in 2^128.
(component
  (import "wasi:random/random@0.2.0" (instance $random
    (export "get-random-bytes" (func (param "len" u64) (result (list u8))))))
  (core module $memory
    (memory (export "memory") 2)
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (i32.const 65536)))
  (core instance $memory (instantiate $memory))
  (core func $get-random-bytes (canon lower (func $random "get-random-bytes")
    (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
  (core module $program
    (import "memory" "memory" (memory 2))
    (import "random" "get-random-bytes" (func $get-random-bytes (param i64 i32)))
    (func $random (param $size i32)
      (call $get-random-bytes (i64.extend_i32_u (local.get $size)) (i32.const 0))
      ;; The list is where `realloc` said, and as long as it was asked for.
      (if
        (i32.or
          (i32.ne (i32.load (i32.const 0)) (i32.const 65536))
          (i32.ne (i32.load (i32.const 4)) (local.get $size)))
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
  (core instance $program (instantiate $program
    (with "memory" (instance $memory))
    (with "random" (instance (export "get-random-bytes" (func $get-random-bytes))))))
  (func (export "run") (param "n" u32) (param "size" u32) (result u32)
    (canon lift (core func $program "run"))))
