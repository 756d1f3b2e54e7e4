;; Several tables of functions that grow and are filled: 1 + 10 entries, of which the last is called.
(module
  (type $function (func (result i32)))
  (table $first 1 funcref)
  (table $second 1 funcref)
  (elem declare func $seven)
  (func $seven (result i32) (i32.const 7))
  (func (export "probe") (result i32)
    (drop (table.grow $second (ref.func $seven) (i32.const 10)))
    (if (i32.eqz (ref.is_null (table.get $first (i32.const 0)))) (then unreachable))
    (i32.add
      (table.size $second)
      (call_indirect $second (type $function) (i32.const 10)))))
