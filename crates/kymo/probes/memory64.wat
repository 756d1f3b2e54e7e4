;; Addresses and sizes of 64 bits: one page grows to two, and the last byte of the second holds 9.
(module
  (memory i64 1 10)
  (func (export "probe") (result i32)
    (local $before i64)
    (local.set $before (memory.grow (i64.const 1)))
    (i32.store8 (i64.const 131071) (i32.const 9))
    (i32.add
      (i32.wrap_i64 (i64.add (local.get $before) (memory.size)))
      (i32.load8_u (i64.const 131071)))))
