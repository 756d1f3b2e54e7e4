;; The two modules of `component` made one: a direct call from function to function.
(module
  (global $ticks (mut i32) (i32.const 0))
  (func $tick
    (global.set $ticks (i32.add (global.get $ticks) (i32.const 1))))
  (func $ticks (result i32)
    (global.get $ticks))
  (func (export "run") (param $n i32) (result i32)
    (loop $again
      (call $tick)
      (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (call $ticks)))
