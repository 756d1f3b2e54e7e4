;; Two memories with other contents at one address, and a copy between them: 1 + 2 + 2.
(module
  (memory $one 1)
  (memory $two 1)
  (data (memory $one) (i32.const 0) "\01")
  (data (memory $two) (i32.const 0) "\02")
  (func (export "probe") (result i32)
    (memory.copy $one $two (i32.const 10) (i32.const 0) (i32.const 1))
    (i32.add
      (i32.add (i32.load8_u $one (i32.const 0)) (i32.load8_u $two (i32.const 0)))
      (i32.load8_u $one (i32.const 10)))))
