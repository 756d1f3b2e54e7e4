;; A table whose indices have 64 bits: its last function gives 6, and it has 3 entries.
(module
  (type $function (func (result i32)))
  (table $table i64 3 funcref)
  (elem (table $table) (i64.const 2) func $six)
  (func $six (result i32) (i32.const 6))
  (func (export "probe") (result i32)
    (i32.add
      (call_indirect $table (type $function) (i64.const 2))
      (i32.wrap_i64 (table.size $table)))))
