;; A function is called by its typed reference; null ones are told apart without a trap: 6 * 7 + 1.
(module
  (type $step (func (param i32) (result i32)))
  (elem declare func $six-fold)
  (func $six-fold (type $step) (i32.mul (local.get 0) (i32.const 6)))
  (func $is-null (param $what (ref null $step)) (result i32)
    (block $null
      (drop (br_on_null $null (local.get $what)))
      (return (i32.const 0)))
    (i32.const 1))
  (func (export "probe") (result i32)
    (local $step (ref $step))
    (local.set $step (ref.func $six-fold))
    (i32.add
      (call_ref $step (i32.const 7) (local.get $step))
      (i32.add (call $is-null (ref.null $step)) (call $is-null (local.get $step))))))
