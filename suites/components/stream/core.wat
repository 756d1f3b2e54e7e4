;; The modules of `u8` made one, with a stream written in WebAssembly: a pending write is an address and a length, and
;; a read copies from there. The writer looks whether its bytes are gone before it sends more. The reader's buffer is at
;; 65536, the writer's at 131072.
(module
  (memory 3)
  (global $from (mut i32) (i32.const 0))
  (global $left (mut i32) (i32.const 0))
  (global $sent (mut i32) (i32.const 0))
  (func $open (result i32)
    (i32.const 1))
  (func $write (param $from i32) (param $count i32)
    (global.set $from (local.get $from))
    (global.set $left (local.get $count)))
  (func $read (param $stream i32) (param $to i32) (param $count i32) (result i32)
    (if (i32.gt_u (local.get $count) (global.get $left))
      (then (local.set $count (global.get $left))))
    (memory.copy (local.get $to) (global.get $from) (local.get $count))
    (global.set $from (i32.add (global.get $from) (local.get $count)))
    (global.set $left (i32.sub (global.get $left) (local.get $count)))
    (i32.shl (local.get $count) (i32.const 4)))
  (func $send (param $size i32)
    (if (global.get $left)
      (then unreachable))
    (i32.store8 (i32.const 131072) (global.get $sent))
    (i32.store8
      (i32.add (i32.const 131071) (local.get $size))
      (i32.shr_u (global.get $sent) (i32.const 8)))
    (global.set $sent (i32.add (global.get $sent) (i32.const 1)))
    (call $write (i32.const 131072) (local.get $size)))
  (func (export "run") (param $n i32) (param $size i32) (result i32)
    (local $i i32) (local $sum i32) (local $stream i32) (local $count i32)
    (local.set $stream (call $open))
    (local.set $count (local.get $size))
    (loop $again
      (call $send (local.get $size))
      ;; All of it has come, and the writer has not gone: the count above four zeros.
      (if
        (i32.ne
          (call $read (local.get $stream) (i32.const 65536) (local.get $count))
          (i32.shl (local.get $count) (i32.const 4)))
        (then unreachable))
      (local.set $sum
        (i32.add
          (i32.mul (local.get $sum) (i32.const 31))
          (i32.add
            (i32.load8_u (i32.const 65536))
            (i32.shl
              (i32.load8_u (i32.add (i32.const 65535) (local.get $size)))
              (i32.const 8)))))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))
