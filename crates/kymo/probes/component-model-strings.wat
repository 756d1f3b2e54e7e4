;; A string crosses from one component into the memory of another, which tells its length: 11 bytes.
(component
  (component $callee
    (core module $code
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "length") (param $at i32) (param $length i32) (result i32)
        (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 104)) (then unreachable))
        (local.get $length)))
    (core instance $code (instantiate $code))
    (func (export "length") (param "text" string) (result u32)
      (canon lift (core func $code "length")
        (memory (core memory $code "memory"))
        (realloc (core func $code "realloc")))))
  (component $caller
    (import "length" (func $length (param "text" string) (result u32)))
    (core module $memory
      (memory (export "memory") 1)
      (data (i32.const 16) "hello world"))
    (core instance $memory (instantiate $memory))
    (core func $lowered (canon lower (func $length) (memory (core memory $memory "memory"))))
    (core module $code
      (import "callee" "length" (func $length (param i32 i32) (result i32)))
      (func (export "probe") (result i32) (call $length (i32.const 16) (i32.const 11))))
    (core instance $code (instantiate $code
      (with "callee" (instance (export "length" (func $lowered))))))
    (func (export "probe") (result u32) (canon lift (core func $code "probe"))))
  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "length" (func $callee "length"))))
  (export "probe" (func $caller "probe")))
