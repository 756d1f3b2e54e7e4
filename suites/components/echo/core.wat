;; Caller and callee in one module: the callee works on the caller's bytes where they are, and returns where that is.
;; Nothing is copied. Page 0 takes where the result is, page 1 the payload.
(module
  (memory 2)
  (func $echo (param $ptr i32) (param $len i32) (param $result i32)
    (i32.store8
      (i32.sub (i32.add (local.get $ptr) (local.get $len)) (i32.const 1))
      (i32.add (i32.const 65) (i32.and (i32.load8_u (local.get $ptr)) (i32.const 15))))
    (i32.store (local.get $result) (local.get $ptr))
    (i32.store offset=4 (local.get $result) (local.get $len)))
  (func $fill
    (local $i i32)
    (loop $again
      (i32.store8 offset=65536 (local.get $i) (i32.add (i32.const 97) (i32.and (local.get $i) (i32.const 15))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 65536)))))
  (start $fill)
  (func (export "run") (param $n i32) (param $size i32) (result i32)
    (local $i i32) (local $sum i32) (local $ptr i32) (local $len i32)
    (loop $again
      (i32.store8 (i32.const 65536) (i32.add (i32.const 97) (i32.and (local.get $i) (i32.const 15))))
      (call $echo (i32.const 65536) (local.get $size) (i32.const 0))
      (local.set $ptr (i32.load (i32.const 0)))
      (local.set $len (i32.load (i32.const 4)))
      (local.set $sum
        (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (i32.add
            (local.get $len)
            (i32.add
              (i32.load8_u (local.get $ptr))
              (i32.shl
                (i32.load8_u (i32.sub (i32.add (local.get $ptr) (local.get $len)) (i32.const 1)))
                (i32.const 8))))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))
