;; One component calls another, its sibling, through a lifted function: 6 * 7.
(component
  (component $callee
    (core module $code
      (func (export "times-six") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 6))))
    (core instance $code (instantiate $code))
    (func (export "times-six") (param "n" s32) (result s32) (canon lift (core func $code "times-six"))))
  (component $caller
    (import "times-six" (func $times-six (param "n" s32) (result s32)))
    (core func $lowered (canon lower (func $times-six)))
    (core module $code
      (import "callee" "times-six" (func $times-six (param i32) (result i32)))
      (func (export "probe") (result i32) (call $times-six (i32.const 7))))
    (core instance $code (instantiate $code
      (with "callee" (instance (export "times-six" (func $lowered))))))
    (func (export "probe") (result s32) (canon lift (core func $code "probe"))))
  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "times-six" (func $callee "times-six"))))
  (export "probe" (func $caller "probe")))
