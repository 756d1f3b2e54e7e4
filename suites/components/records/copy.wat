;; Caller and callee in one module, but each with its own records: they and their names are copied on the way in, as
;; between components, by a loop in WebAssembly. Names begin at 32768, records at 65536, the callee's own at 131072.
(module
  (memory 3)
  (global $top (mut i32) (i32.const 131072))
  (func $callee-realloc (param i32 i32) (param $align i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at
      (i32.and
        (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
        (i32.sub (i32.const 0) (local.get $align))))
    (global.set $top (i32.add (local.get $at) (local.get $size)))
    (local.get $at))
  (func $total-own (param $list i32) (param $count i32) (result i64)
    (local $end i32) (local $sum i64)
    (local.set $end (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 5))))
    (loop $again
      (local.set $sum
        (i64.add
          (local.get $sum)
          (i64.add
            (i64.mul
              (i64.load offset=8 (local.get $list))
              (i64.extend_i32_u (i32.and (i32.load (local.get $list)) (i32.const 7))))
            (i64.extend_i32_u
              (i32.add
                (i32.load16_u offset=16 (local.get $list))
                (i32.add
                  (i32.load8_u (i32.load offset=24 (local.get $list)))
                  (i32.load offset=28 (local.get $list))))))))
      (br_if $again
        (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 32))) (local.get $end))))
    (global.set $top (i32.const 131072))
    (local.get $sum))
  (func $allocate (param $align i32) (param $size i32) (result i32)
    (call $callee-realloc (i32.const 0) (i32.const 0) (local.get $align) (local.get $size)))
  (func $total (param $list i32) (param $count i32) (result i64)
    (local $own i32) (local $end i32) (local $to i32) (local $name i32) (local $length i32)
    (local.set $own (call $allocate (i32.const 8) (i32.shl (local.get $count) (i32.const 5))))
    (local.set $to (local.get $own))
    (local.set $end (i32.add (local.get $list) (i32.shl (local.get $count) (i32.const 5))))
    (loop $again
      (i32.store (local.get $to) (i32.load (local.get $list)))
      (i64.store offset=8 (local.get $to) (i64.load offset=8 (local.get $list)))
      (i32.store16 offset=16 (local.get $to) (i32.load16_u offset=16 (local.get $list)))
      (local.set $length (i32.load offset=28 (local.get $list)))
      (local.set $name (call $allocate (i32.const 1) (local.get $length)))
      (memory.copy (local.get $name) (i32.load offset=24 (local.get $list)) (local.get $length))
      (i32.store offset=24 (local.get $to) (local.get $name))
      (i32.store offset=28 (local.get $to) (local.get $length))
      (local.set $to (i32.add (local.get $to) (i32.const 32)))
      (br_if $again
        (i32.lt_u (local.tee $list (i32.add (local.get $list) (i32.const 32))) (local.get $end))))
    (call $total-own (local.get $own) (local.get $count)))
  (func $fill
    (local $i i32) (local $order i32) (local $name i32)
    (local.set $order (i32.const 65536))
    (local.set $name (i32.const 32768))
    (loop $again
      (memory.fill (local.get $name) (i32.add (i32.const 97) (i32.and (local.get $i) (i32.const 15))) (i32.const 8))
      (i64.store offset=8 (local.get $order)
        (i64.extend_i32_u (i32.add (i32.mul (local.get $i) (i32.const 1000)) (i32.const 7))))
      (i32.store16 offset=16 (local.get $order) (i32.add (i32.const 840) (i32.and (local.get $i) (i32.const 3))))
      (i32.store offset=24 (local.get $order) (local.get $name))
      (i32.store offset=28 (local.get $order) (i32.const 8))
      (local.set $order (i32.add (local.get $order) (i32.const 32)))
      (local.set $name (i32.add (local.get $name) (i32.const 8)))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 64)))))
  (start $fill)
  (func (export "run") (param $n i32) (result i32)
    (local $i i32) (local $sum i64)
    (loop $again
      (i32.store
        (i32.add (i32.const 65536) (i32.shl (i32.and (local.get $i) (i32.const 63)) (i32.const 5)))
        (local.get $i))
      (local.set $sum
        (i64.add
          (i64.mul (local.get $sum) (i64.const 31))
          (call $total (i32.const 65536) (i32.const 64))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (i32.wrap_i64 (i64.xor (local.get $sum) (i64.shr_u (local.get $sum) (i64.const 32))))))
