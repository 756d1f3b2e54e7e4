;; An exported global that changes: 40 + 2.
(module
  (global $total (export "total") (mut i32) (i32.const 40))
  (func (export "probe") (result i32)
    (global.set $total (i32.add (global.get $total) (i32.const 2)))
    (global.get $total)))
