;; A stream is made and both its ends are closed again, without anybody waiting: 42.
(component
  (type $stream (stream u8))
  (core func $new (canon stream.new $stream))
  (core func $drop-readable (canon stream.drop-readable $stream))
  (core func $drop-writable (canon stream.drop-writable $stream))
  (core module $program
    (import "stream" "new" (func $new (result i64)))
    (import "stream" "drop-readable" (func $drop-readable (param i32)))
    (import "stream" "drop-writable" (func $drop-writable (param i32)))
    (func (export "probe") (result i32)
      (local $ends i64)
      (local.set $ends (call $new))
      (call $drop-readable (i32.wrap_i64 (local.get $ends)))
      (call $drop-writable (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
      (i32.const 42)))
  (core instance $program (instantiate $program
    (with "stream" (instance
      (export "new" (func $new))
      (export "drop-readable" (func $drop-readable))
      (export "drop-writable" (func $drop-writable))))))
  (func (export "probe") (result s32) (canon lift (core func $program "probe"))))
