;; References of the host pass through locals and a table; here they are null, which is all that a module can make.
(module
  (table $kept 3 externref)
  (func $passed (param $what externref) (result externref) (local.get $what))
  (func (export "probe") (result i32)
    (local $n i32)
    (table.set $kept (i32.const 1) (call $passed (ref.null extern)))
    (if (ref.is_null (table.get $kept (i32.const 1))) (then (local.set $n (i32.const 5))))
    (local.get $n)))
