;; `n` times, `size` bytes go through a stream of 32-bit numbers from another component. Each time the reader calls
;; the writer, whose write finds nobody waiting and stays pending; the read then finds it and copies. No task ever
;; waits: what is measured are the stream's two ends and the waitable set that tells the writer that its bytes are
;; gone.
(component
  (component $callee
    (type $stream (stream u32))
    (core module $memory
      (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $new (canon stream.new $stream))
    (core func $write (canon stream.write $stream async (memory (core memory $memory "memory"))))
    (core func $set (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $poll (canon waitable-set.poll (memory (core memory $memory "memory"))))
    (core module $program
      (import "callee" "memory" (memory 2))
      (import "stream" "new" (func $new (result i64)))
      (import "stream" "write" (func $write (param i32 i32 i32) (result i32)))
      (import "stream" "set" (func $set (result i32)))
      (import "stream" "join" (func $join (param i32 i32)))
      (import "stream" "poll" (func $poll (param i32 i32) (result i32)))
      (global $writer (mut i32) (i32.const 0))
      (global $waiting (mut i32) (i32.const 0))
      (global $sent (mut i32) (i32.const 0))
      (func (export "open") (result i32)
        (local $ends i64)
        (local.set $ends (call $new))
        (global.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (global.set $waiting (call $set))
        (call $join (global.get $writer) (global.get $waiting))
        (i32.wrap_i64 (local.get $ends)))
      (func (export "send") (param $size i32)
        ;; The write before is over: 3 is the event of a write.
        (if (global.get $sent)
          (then
            (if (i32.ne (call $poll (global.get $waiting) (i32.const 0)) (i32.const 3))
              (then unreachable))))
        (i32.store8 (i32.const 65536) (global.get $sent))
        (i32.store8
          (i32.add (i32.const 65535) (local.get $size))
          (i32.shr_u (global.get $sent) (i32.const 8)))
        (global.set $sent (i32.add (global.get $sent) (i32.const 1)))
        ;; -1 says that the write is pending.
        (if
          (i32.ne
            (call $write (global.get $writer) (i32.const 65536) (i32.shr_u (local.get $size) (i32.const 2)))
            (i32.const -1))
          (then unreachable))))
    (core instance $program (instantiate $program
      (with "callee" (instance $memory))
      (with "stream" (instance
        (export "new" (func $new))
        (export "write" (func $write))
        (export "set" (func $set))
        (export "join" (func $join))
        (export "poll" (func $poll))))))
    (func (export "open") (result (stream u32)) (canon lift (core func $program "open")))
    (func (export "send") (param "size" u32) (canon lift (core func $program "send"))))

  (component $caller
    (import "callee" (instance $callee
      (export "open" (func (result (stream u32))))
      (export "send" (func (param "size" u32)))))
    (type $stream (stream u32))
    (core module $memory
      (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $open (canon lower (func $callee "open")))
    (core func $send (canon lower (func $callee "send")))
    (core func $read (canon stream.read $stream async (memory (core memory $memory "memory"))))
    (core module $program
      (import "caller" "memory" (memory 2))
      (import "callee" "open" (func $open (result i32)))
      (import "callee" "send" (func $send (param i32)))
      (import "stream" "read" (func $read (param i32 i32 i32) (result i32)))
      (func (export "run") (param $n i32) (param $size i32) (result i32)
        (local $i i32) (local $sum i32) (local $stream i32) (local $count i32)
        (local.set $stream (call $open))
        (local.set $count (i32.shr_u (local.get $size) (i32.const 2)))
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
    (core instance $program (instantiate $program
      (with "caller" (instance $memory))
      (with "callee" (instance
        (export "open" (func $open))
        (export "send" (func $send))))
      (with "stream" (instance (export "read" (func $read))))))
    (func (export "run") (param "n" u32) (param "size" u32) (result s32)
      (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
