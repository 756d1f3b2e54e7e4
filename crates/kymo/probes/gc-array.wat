;; Arrays of bytes: filled, copied, read with their sign, and their length: -3 + 8 + 5.
(module
  (type $bytes (array (mut i8)))
  (func (export "probe") (result i32)
    (local $one (ref $bytes)) (local $two (ref $bytes))
    (local.set $one (array.new $bytes (i32.const 5) (i32.const 8)))
    (local.set $two (array.new_fixed $bytes 3 (i32.const 0) (i32.const 0) (i32.const 253)))
    (array.copy $bytes $bytes (local.get $one) (i32.const 1) (local.get $two) (i32.const 2) (i32.const 1))
    (i32.add
      (i32.add
        (array.get_s $bytes (local.get $one) (i32.const 1))
        (array.len (local.get $one)))
      (array.get_u $bytes (local.get $one) (i32.const 7)))))
