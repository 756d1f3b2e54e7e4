;; A continuation for each slot, used for one fiber after the other: when an entry has returned, its continuation does
;; not, but suspends with `$done` and waits there for the next. An engine that never gives a stack back, as Wasmtime,
;; then needs as many as fibers live at a time.
(module
  (type $entry (func (param i32) (result i32)))
  (type $fiber (cont $entry))
  (import "main" "__indirect_function_table" (table $functions 0 funcref))
  (tag $yield (param i32) (result i32))
  (tag $done (param i32) (result i32))
  ;; Continuations by slot, of suspended fibers and of those between two fibers.
  (table $fibers 1024 (ref null $fiber))
  ;; What the next new fiber runs.
  (global $entry (mut i32) (i32.const 0))
  (elem declare func $enter)

  (func $enter (param $value i32) (result i32)
    (loop $next (result i32)
      (local.set $value
        (suspend $done (call_indirect $functions (type $entry) (local.get $value) (global.get $entry))))
      (br $next)))

  ;; Makes room for a slot: 0 where there is none.
  (func (export "prepare") (param $slot i32) (result i32)
    (if (i32.lt_u (local.get $slot) (table.size $fibers)) (then (return (i32.const 1))))
    (i32.ne (table.grow $fibers (ref.null $fiber) (table.size $fibers)) (i32.const -1)))

  (func $resume (export "resume") (param $slot i32) (param $value i32) (result i32)
    (local $rest (ref null $fiber))
    (block $left (result i32 (ref $fiber))
      (return
        (resume $fiber (on $yield $left) (on $done $left) (local.get $value)
          (table.get $fibers (local.get $slot)))))
    (local.set $rest)
    (table.set $fibers (local.get $slot) (local.get $rest)))

  (func (export "start") (param $slot i32) (param $to i32) (param $value i32) (result i32)
    (global.set $entry (local.get $to))
    (if (ref.is_null (table.get $fibers (local.get $slot)))
      (then (table.set $fibers (local.get $slot) (cont.new $fiber (ref.func $enter)))))
    (call $resume (local.get $slot) (local.get $value)))

  (func (export "yield") (param $slot i32) (param $value i32) (result i32)
    (suspend $yield (local.get $value))))
