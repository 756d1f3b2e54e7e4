;; One component calls another through a lifted function: 6 * 7.
(component
  (component $inner
    (core module $code
      (func (export "times-six") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 6))))
    (core instance $code (instantiate $code))
    (func (export "times-six") (param "n" s32) (result s32) (canon lift (core func $code "times-six"))))
  (instance $inner (instantiate $inner))
  (core func $times-six (canon lower (func $inner "times-six")))
  (core module $program
    (import "inner" "times-six" (func $times-six (param i32) (result i32)))
    (func (export "probe") (result i32) (call $times-six (i32.const 7))))
  (core instance $program (instantiate $program
    (with "inner" (instance (export "times-six" (func $times-six))))))
  (func (export "probe") (result s32) (canon lift (core func $program "probe"))))
