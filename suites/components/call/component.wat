;; `n` calls without parameters or results from one component to another. Each counts; the count is the result.
(component
  (component $callee
    (core module $program
      (global $ticks (mut i32) (i32.const 0))
      (func (export "tick")
        (global.set $ticks (i32.add (global.get $ticks) (i32.const 1))))
      (func (export "ticks") (result i32)
        (global.get $ticks)))
    (core instance $program (instantiate $program))
    (func (export "tick") (canon lift (core func $program "tick")))
    (func (export "ticks") (result u32) (canon lift (core func $program "ticks"))))

  (component $caller
    (import "callee" (instance $callee
      (export "tick" (func))
      (export "ticks" (func (result u32)))))
    (core func $tick (canon lower (func $callee "tick")))
    (core func $ticks (canon lower (func $callee "ticks")))
    (core module $program
      (import "callee" "tick" (func $tick))
      (import "callee" "ticks" (func $ticks (result i32)))
      (func (export "run") (param $n i32) (result i32)
        (loop $again
          (call $tick)
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (call $ticks)))
    (core instance $program (instantiate $program
      (with "callee" (instance
        (export "tick" (func $tick))
        (export "ticks" (func $ticks))))))
    (func (export "run") (param "n" u32) (result u32) (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
