;; A string crosses from one component into the memory of another, whose length it tells: 11 bytes.
(component
  (component $inner
    (core module $code
      (memory (export "memory") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))
      (func (export "length") (param $at i32) (param $length i32) (result i32)
        (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 104)) (then unreachable))
        (local.get $length)))
    (core instance $code (instantiate $code))
    (func (export "length") (param "text" string) (result u32)
      (canon lift (core func $code "length") (memory $code "memory") (realloc (func $code "realloc")))))
  (instance $inner (instantiate $inner))
  (core module $memory
    (memory (export "memory") 1)
    (data (i32.const 16) "hello world"))
  (core instance $memory (instantiate $memory))
  (core func $length (canon lower (func $inner "length") (memory $memory "memory")))
  (core module $program
    (import "inner" "length" (func $length (param i32 i32) (result i32)))
    (func (export "probe") (result i32) (call $length (i32.const 16) (i32.const 11))))
  (core instance $program (instantiate $program
    (with "inner" (instance (export "length" (func $length))))))
  (func (export "probe") (result u32) (canon lift (core func $program "probe"))))
