;; `n` calls without parameters or results of an asynchronous function of another component, which returns at once.
;; The caller waits for each; it never has to.
(component
  (component $callee
    (core func $return (canon task.return))
    (core module $program
      (import "task" "return" (func $return))
      (global $ticks (mut i32) (i32.const 0))
      ;; The result 0 says that the task is over.
      (func (export "tick") (result i32)
        (global.set $ticks (i32.add (global.get $ticks) (i32.const 1)))
        (call $return)
        (i32.const 0))
      ;; A task that never waits is never called back.
      (func (export "callback") (param i32 i32 i32) (result i32)
        (unreachable))
      (func (export "ticks") (result i32)
        (global.get $ticks)))
    (core instance $program (instantiate $program (with "task" (instance (export "return" (func $return))))))
    (func (export "tick") async
      (canon lift (core func $program "tick") async (callback (core func $program "callback"))))
    (func (export "ticks") (result u32) (canon lift (core func $program "ticks"))))

  (component $caller
    (import "callee" (instance $callee
      (export "tick" (func async))
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
    (func (export "run") async (param "n" u32) (result u32) (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
