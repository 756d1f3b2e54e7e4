;; A million calls deep, which fits no stack unless tail calls leave nothing on it; directly and through a table.
(module
  (type $step (func (param i32 i32) (result i32)))
  (table funcref (elem $odd))
  (func $even (type $step)
    (if (result i32) (i32.eqz (local.get 0))
      (then (local.get 1))
      (else
        (return_call_indirect (type $step)
          (i32.sub (local.get 0) (i32.const 1))
          (i32.add (local.get 1) (i32.const 1))
          (i32.const 0)))))
  (func $odd (type $step)
    (return_call $even (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 1) (i32.const 1))))
  (func (export "probe") (result i32) (call $even (i32.const 1000000) (i32.const 0))))
