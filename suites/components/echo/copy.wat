;; Caller and callee in one module, but each with its own place for the payload: it is allocated and copied on the way
;; in and on the way out, as between components. Page 0 takes where the result is, page 1 what is sent, page 2 what
;; comes back, page 3 what the callee has.
(module
  (memory 4)
  (func $callee-realloc (param i32 i32 i32 i32) (result i32)
    (i32.const 196608))
  (func $caller-realloc (param i32 i32 i32 i32) (result i32)
    (i32.const 131072))
  (func $echo-own (param $ptr i32) (param $len i32) (param $result i32)
    (i32.store8
      (i32.sub (i32.add (local.get $ptr) (local.get $len)) (i32.const 1))
      (i32.add (i32.const 65) (i32.and (i32.load8_u (local.get $ptr)) (i32.const 15))))
    (i32.store (local.get $result) (local.get $ptr))
    (i32.store offset=4 (local.get $result) (local.get $len)))
  (func $echo (param $ptr i32) (param $len i32) (param $result i32)
    (local $own i32) (local $back i32)
    (local.set $own (call $callee-realloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get $len)))
    (memory.copy (local.get $own) (local.get $ptr) (local.get $len))
    (call $echo-own (local.get $own) (local.get $len) (local.get $result))
    (local.set $own (i32.load (local.get $result)))
    (local.set $len (i32.load offset=4 (local.get $result)))
    (local.set $back (call $caller-realloc (i32.const 0) (i32.const 0) (i32.const 1) (local.get $len)))
    (memory.copy (local.get $back) (local.get $own) (local.get $len))
    (i32.store (local.get $result) (local.get $back)))
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
