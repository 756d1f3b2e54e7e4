;; A continuation for each fiber: made when the fiber is first resumed, gone when it returns.
(module
  (type $entry (func (param i32) (result i32)))
  (type $fiber (cont $entry))
  (import "main" "__indirect_function_table" (table $functions 0 funcref))
  (tag $yield (param i32) (result i32))
  ;; Continuations of suspended fibers, by slot.
  (table $fibers 1024 (ref null $fiber))
  ;; What the next new fiber runs.
  (global $entry (mut i32) (i32.const 0))
  (elem declare func $enter)

  (func $enter (param $value i32) (result i32)
    (call_indirect $functions (type $entry) (local.get $value) (global.get $entry)))

  ;; Makes room for a slot: 0 where there is none.
  (func (export "prepare") (param $slot i32) (result i32)
    (if (i32.lt_u (local.get $slot) (table.size $fibers)) (then (return (i32.const 1))))
    (i32.ne (table.grow $fibers (ref.null $fiber) (table.size $fibers)) (i32.const -1)))

  (func (export "start") (param $slot i32) (param $to i32) (param $value i32) (result i32)
    (local $rest (ref null $fiber))
    (global.set $entry (local.get $to))
    (block $suspended (result i32 (ref $fiber))
      (return (resume $fiber (on $yield $suspended) (local.get $value) (cont.new $fiber (ref.func $enter)))))
    (local.set $rest)
    (table.set $fibers (local.get $slot) (local.get $rest)))

  (func (export "resume") (param $slot i32) (param $value i32) (result i32)
    (local $rest (ref null $fiber))
    (block $suspended (result i32 (ref $fiber))
      (return (resume $fiber (on $yield $suspended) (local.get $value) (table.get $fibers (local.get $slot)))))
    (local.set $rest)
    (table.set $fibers (local.get $slot) (local.get $rest)))

  (func (export "yield") (param $slot i32) (param $value i32) (result i32)
    (suspend $yield (local.get $value))))
