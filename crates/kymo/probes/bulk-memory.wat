;; Fills, copies and initialises memory, and a table: 5 + 5 + 9 + 2.
(module
  (type $function (func (result i32)))
  (memory 1)
  (table 4 funcref)
  (data $nines "\09\09")
  (elem $functions func $two)
  (func $two (result i32) (i32.const 2))
  (func (export "probe") (result i32)
    (memory.fill (i32.const 0) (i32.const 5) (i32.const 8))
    (memory.copy (i32.const 100) (i32.const 4) (i32.const 4))
    (memory.init $nines (i32.const 101) (i32.const 0) (i32.const 1))
    (data.drop $nines)
    (table.init $functions (i32.const 3) (i32.const 0) (i32.const 1))
    (table.copy (i32.const 1) (i32.const 3) (i32.const 1))
    (elem.drop $functions)
    (i32.add
      (i32.add (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 100)))
      (i32.add (i32.load8_u (i32.const 101)) (call_indirect (type $function) (i32.const 1))))))
