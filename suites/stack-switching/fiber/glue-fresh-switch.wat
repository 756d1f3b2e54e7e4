;; As glue-fresh.wat, with `switch`. Whoever is come back to by a switch gets the continuation of who left, too, so all
;; continuations take a value and such a reference, which is null where they are resumed.
(module
  (rec
    (type $entered (func (param i32 (ref null $fiber)) (result i32)))
    (type $fiber (cont $entered)))
  (type $entry (func (param i32) (result i32)))
  (import "main" "__indirect_function_table" (table $functions 0 funcref))
  (tag $yield (param i32) (result i32 (ref null $fiber)))
  (tag $switch (result i32))
  ;; Continuations of suspended fibers, by slot.
  (table $fibers 1024 (ref null $fiber))
  ;; What the next new fiber runs.
  (global $entry (mut i32) (i32.const 0))
  ;; The slot that was left last, by a yield or a switch.
  (global $left (mut i32) (i32.const 0))
  (elem declare func $enter)

  ;; Puts away the continuation of who switched to here.
  (func $keep (param $from (ref null $fiber))
    (if (i32.eqz (ref.is_null (local.get $from)))
      (then (table.set $fibers (global.get $left) (local.get $from)))))

  (func $enter (type $entered) (param $value i32) (param $from (ref null $fiber)) (result i32)
    (call $keep (local.get $from))
    (call_indirect $functions (type $entry) (local.get $value) (global.get $entry)))

  ;; Makes room for a slot: 0 where there is none.
  (func (export "prepare") (param $slot i32) (result i32)
    (if (i32.lt_u (local.get $slot) (table.size $fibers)) (then (return (i32.const 1))))
    (i32.ne (table.grow $fibers (ref.null $fiber) (table.size $fibers)) (i32.const -1)))

  (func $run (param $value i32) (param $fiber (ref null $fiber)) (result i32)
    (local $rest (ref null $fiber))
    (block $suspended (result i32 (ref $fiber))
      (return
        (resume $fiber (on $yield $suspended) (on $switch switch)
          (local.get $value) (ref.null $fiber) (local.get $fiber))))
    (local.set $rest)
    (table.set $fibers (global.get $left) (local.get $rest)))

  (func (export "start") (param $slot i32) (param $to i32) (param $value i32) (result i32)
    (global.set $entry (local.get $to))
    (call $run (local.get $value) (cont.new $fiber (ref.func $enter))))

  (func (export "resume") (param $slot i32) (param $value i32) (result i32)
    (call $run (local.get $value) (table.get $fibers (local.get $slot))))

  (func (export "yield") (param $slot i32) (param $value i32) (result i32)
    (global.set $left (local.get $slot))
    (suspend $yield (local.get $value))
    (call $keep))

  (func (export "switch_start") (param $slot i32) (param $to i32) (param $runs i32) (param $value i32) (result i32)
    (global.set $left (local.get $slot))
    (global.set $entry (local.get $runs))
    (switch $fiber $switch (local.get $value) (cont.new $fiber (ref.func $enter)))
    (call $keep))

  (func (export "switch") (param $slot i32) (param $to i32) (param $value i32) (result i32)
    (global.set $left (local.get $slot))
    (switch $fiber $switch (local.get $value) (table.get $fibers (local.get $to)))
    (call $keep)))
