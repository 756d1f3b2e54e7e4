;; An exception with a value is thrown two calls deep, caught, thrown again as a reference, and caught again: 42.
(module
  (tag $stop (param i32))
  (func $inner (throw $stop (i32.const 42)))
  (func $outer
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) (call $inner))
      (return))
    (throw_ref))
  (func (export "probe") (result i32)
    (block $caught (result i32)
      (try_table (catch $stop $caught) (call $outer))
      (i32.const 0))))
