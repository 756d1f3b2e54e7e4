;; As glue-pool.wat, with `switch` as in glue-fresh-switch.wat.
(module
  (rec
    (type $entered (func (param i32 (ref null $fiber)) (result i32)))
    (type $fiber (cont $entered)))
  (type $entry (func (param i32) (result i32)))
  (import "main" "__indirect_function_table" (table $functions 0 funcref))
  (tag $yield (param i32) (result i32 (ref null $fiber)))
  (tag $switch (result i32))
  ;; Continuations by slot, of suspended fibers and of those between two fibers.
  (table $fibers 1024 (ref null $fiber))
  ;; What the next new fiber runs.
  (global $entry (mut i32) (i32.const 0))
  ;; The slot that was left last.
  (global $left (mut i32) (i32.const 0))
  ;; The slot that runs: a fiber that returns may be another than was resumed.
  (global $running (mut i32) (i32.const 0))
  (elem declare func $enter)

  ;; Puts away the continuation of who switched to here.
  (func $keep (param $from (ref null $fiber))
    (if (i32.eqz (ref.is_null (local.get $from)))
      (then (table.set $fibers (global.get $left) (local.get $from)))))

  (func $enter (type $entered) (param $value i32) (param $from (ref null $fiber)) (result i32)
    (loop $next (result i32)
      (call $keep (local.get $from))
      (call_indirect $functions (type $entry) (local.get $value) (global.get $entry))
      (global.set $left (global.get $running))
      (suspend $yield)
      (local.set $from)
      (local.set $value)
      (br $next)))

  ;; Makes room for a slot: 0 where there is none.
  (func (export "prepare") (param $slot i32) (result i32)
    (if (i32.lt_u (local.get $slot) (table.size $fibers)) (then (return (i32.const 1))))
    (i32.ne (table.grow $fibers (ref.null $fiber) (table.size $fibers)) (i32.const -1)))

  ;; Sees to it that the slot has a continuation.
  (func $ensure (param $slot i32)
    (if (ref.is_null (table.get $fibers (local.get $slot)))
      (then (table.set $fibers (local.get $slot) (cont.new $fiber (ref.func $enter))))))

  (func $resume (export "resume") (param $slot i32) (param $value i32) (result i32)
    (local $rest (ref null $fiber))
    (local $outer i32)
    (local.set $outer (global.get $running))
    (global.set $running (local.get $slot))
    (block $suspended (result i32 (ref $fiber))
      (return
        (resume $fiber (on $yield $suspended) (on $switch switch)
          (local.get $value) (ref.null $fiber) (table.get $fibers (local.get $slot)))))
    (local.set $rest)
    (table.set $fibers (global.get $left) (local.get $rest))
    (global.set $running (local.get $outer)))

  (func (export "start") (param $slot i32) (param $to i32) (param $value i32) (result i32)
    (global.set $entry (local.get $to))
    (call $ensure (local.get $slot))
    (call $resume (local.get $slot) (local.get $value)))

  (func (export "yield") (param $slot i32) (param $value i32) (result i32)
    (global.set $left (local.get $slot))
    (suspend $yield (local.get $value))
    (call $keep))

  (func $switch (export "switch") (param $slot i32) (param $to i32) (param $value i32) (result i32)
    (global.set $left (local.get $slot))
    (global.set $running (local.get $to))
    (switch $fiber $switch (local.get $value) (table.get $fibers (local.get $to)))
    (call $keep))

  (func (export "switch_start") (param $slot i32) (param $to i32) (param $runs i32) (param $value i32) (result i32)
    (global.set $entry (local.get $runs))
    (call $ensure (local.get $to))
    (call $switch (local.get $slot) (local.get $to) (local.get $value))))
