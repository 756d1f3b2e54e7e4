;; The two modules of `component`, linked inside one component: what calls from module to module cost without a
;; boundary of components between them.
(component
  (core module $callee
    (global $ticks (mut i32) (i32.const 0))
    (func (export "tick")
      (global.set $ticks (i32.add (global.get $ticks) (i32.const 1))))
    (func (export "ticks") (result i32)
      (global.get $ticks)))
  (core module $caller
    (import "callee" "tick" (func $tick))
    (import "callee" "ticks" (func $ticks (result i32)))
    (func (export "run") (param $n i32) (result i32)
      (loop $again
        (call $tick)
        (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (call $ticks)))
  (core instance $callee (instantiate $callee))
  (core instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func (export "run") (param "n" u32) (result u32) (canon lift (core func $caller "run"))))
