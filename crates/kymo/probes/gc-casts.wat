;; Subtypes, small integers as references, and casts that succeed and fail: 100 for the subtype, 20 for an i31, 3 for the rest.
(module
  (rec
    (type $shape (sub (struct (field i32))))
    (type $circle (sub final $shape (struct (field i32) (field i32)))))
  (func $kind (param $what anyref) (result i32)
    (if (ref.test (ref $circle) (local.get $what))
      (then (return (struct.get $circle 1 (ref.cast (ref $circle) (local.get $what))))))
    (block $no-number (result anyref)
      (return (i31.get_s (br_on_cast_fail $no-number anyref (ref i31) (local.get $what)))))
    (drop)
    (i32.const 3))
  (func (export "probe") (result i32)
    (i32.add
      (i32.add
        (call $kind (struct.new $circle (i32.const 1) (i32.const 100)))
        (call $kind (struct.new $shape (i32.const 1))))
      (call $kind (ref.i31 (i32.const 20))))))
