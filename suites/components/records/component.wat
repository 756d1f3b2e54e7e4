;; `n` times, a list of 64 records, each with a record and a string of 8 bytes in it, goes to another component, which
;; returns a number. Names begin at 32768 in the caller's memory, records at 65536; the callee's heap begins at 1024.
(component
  (component $callee
    (type $price-shape (record (field "amount" u64) (field "currency" u16)))
    (export $price "price" (type $price-shape))
    (type $order-shape (record (field "id" u32) (field "price" $price) (field "name" string)))
    (export $order "order" (type $order-shape))
    (core module $program
      (memory (export "memory") 1)
      (global $top (mut i32) (i32.const 1024))
      (func (export "realloc") (param i32 i32) (param $align i32) (param $size i32) (result i32)
        (local $at i32)
        (local.set $at
          (i32.and
            (i32.add (global.get $top) (i32.sub (local.get $align) (i32.const 1)))
            (i32.sub (i32.const 0) (local.get $align))))
        (global.set $top (i32.add (local.get $at) (local.get $size)))
        (local.get $at))
      (func (export "total") (param $list i32) (param $count i32) (result i64)
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
        (global.set $top (i32.const 1024))
        (local.get $sum)))
    (core instance $program (instantiate $program))
    (func (export "total") (param "orders" (list $order)) (result u64)
      (canon lift (core func $program "total")
        (memory (core memory $program "memory")) (realloc (core func $program "realloc")))))

  (component $caller
    (import "callee" (instance $callee
      (type $price-shape (record (field "amount" u64) (field "currency" u16)))
      (export "price" (type $price (eq $price-shape)))
      (type $order-shape (record (field "id" u32) (field "price" $price) (field "name" string)))
      (export "order" (type $order (eq $order-shape)))
      (export "total" (func (param "orders" (list $order)) (result u64)))))
    (core module $memory
      (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $total (canon lower (func $callee "total") (memory (core memory $memory "memory"))))
    (core module $program
      (import "caller" "memory" (memory 2))
      (import "callee" "total" (func $total (param i32 i32) (result i64)))
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
    (core instance $program (instantiate $program
      (with "caller" (instance $memory))
      (with "callee" (instance (export "total" (func $total))))))
    (func (export "run") (param "n" u32) (result s32) (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
