;; `n` times, `size` bytes go through a stream from a task of another component. The writer is a task that goes on after
;; it has returned the stream: it writes, waits until its bytes are gone, and is called back to write more. The reader
;; waits for each read, so that the engine goes from task to task.
(component
  (component $callee
    (type $stream (stream u8))
    (core module $memory
      (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $new (canon stream.new $stream))
    (core func $write (canon stream.write $stream async (memory (core memory $memory "memory"))))
    (core func $drop (canon stream.drop-writable $stream))
    (core func $set (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $return (canon task.return (result $stream)))
    (core module $program
      (import "callee" "memory" (memory 2))
      (import "stream" "new" (func $new (result i64)))
      (import "stream" "write" (func $write (param i32 i32 i32) (result i32)))
      (import "stream" "drop" (func $drop (param i32)))
      (import "stream" "set" (func $set (result i32)))
      (import "stream" "join" (func $join (param i32 i32)))
      (import "task" "return" (func $return (param i32)))
      (global $writer (mut i32) (i32.const 0))
      (global $waiting (mut i32) (i32.const 0))
      (global $sent (mut i32) (i32.const 0))
      (global $all (mut i32) (i32.const 0))
      (global $size (mut i32) (i32.const 0))
      ;; Writes until it has to wait (2, with the set to wait for) or all is sent (0).
      (func $send (param $size i32) (result i32)
        (loop $again
          (if (i32.eq (global.get $sent) (global.get $all))
            (then
              (call $join (global.get $writer) (i32.const 0))
              (call $drop (global.get $writer))
              (return (i32.const 0))))
          (i32.store8 (i32.const 65536) (global.get $sent))
            (i32.store8
              (i32.add (i32.const 65535) (local.get $size))
              (i32.shr_u (global.get $sent) (i32.const 8)))
            (global.set $sent (i32.add (global.get $sent) (i32.const 1)))
          ;; -1 says that the write is pending; else it is over.
          (br_if $again
            (i32.ne
              (call $write (global.get $writer) (i32.const 65536) (local.get $size))
              (i32.const -1))))
        (i32.or (i32.const 2) (i32.shl (global.get $waiting) (i32.const 4))))
      (func (export "open") (param $n i32) (param $size i32) (result i32)
        (local $ends i64)
        (global.set $all (local.get $n))
        (global.set $size (local.get $size))
        (local.set $ends (call $new))
        (global.set $writer (i32.wrap_i64 (i64.shr_u (local.get $ends) (i64.const 32))))
        (global.set $waiting (call $set))
        (call $join (global.get $writer) (global.get $waiting))
        (call $return (i32.wrap_i64 (local.get $ends)))
        (call $send (local.get $size)))
      ;; The write before is over: 3 is the event of a write.
      (func (export "callback") (param $event i32) (param $stream i32) (param $code i32) (result i32)
        (if (i32.ne (local.get $event) (i32.const 3))
          (then unreachable))
        (call $send (global.get $size))))
    (core instance $program (instantiate $program
      (with "callee" (instance $memory))
      (with "stream" (instance
        (export "new" (func $new))
        (export "write" (func $write))
        (export "drop" (func $drop))
        (export "set" (func $set))
        (export "join" (func $join))))
      (with "task" (instance (export "return" (func $return))))))
    (func (export "open") async (param "n" u32) (param "size" u32) (result (stream u8))
      (canon lift (core func $program "open") async (callback (core func $program "callback")))))

  (component $caller
    (import "callee" (instance $callee
      (export "open" (func async (param "n" u32) (param "size" u32) (result (stream u8))))))
    (type $stream (stream u8))
    (core module $memory
      (memory (export "memory") 2))
    (core instance $memory (instantiate $memory))
    (core func $open (canon lower (func $callee "open")))
    (core func $read (canon stream.read $stream async (memory (core memory $memory "memory"))))
    (core func $set (canon waitable-set.new))
    (core func $join (canon waitable.join))
    (core func $wait (canon waitable-set.wait (memory (core memory $memory "memory"))))
    (core module $program
      (import "caller" "memory" (memory 2))
      (import "callee" "open" (func $open (param i32 i32) (result i32)))
      (import "stream" "read" (func $start (param i32 i32 i32) (result i32)))
      (import "stream" "set" (func $set (result i32)))
      (import "stream" "join" (func $join (param i32 i32)))
      (import "stream" "wait" (func $wait (param i32 i32) (result i32)))
      (global $waiting (mut i32) (i32.const 0))
      ;; Reads, and waits where -1 says that nobody writes yet: 2 is the event of a read, whose code comes in memory.
      (func $read (param $stream i32) (param $to i32) (param $count i32) (result i32)
        (local $code i32)
        (local.set $code (call $start (local.get $stream) (local.get $to) (local.get $count)))
        (if (result i32) (i32.eq (local.get $code) (i32.const -1))
          (then
            (if (i32.ne (call $wait (global.get $waiting) (i32.const 0)) (i32.const 2))
              (then unreachable))
            (i32.load (i32.const 4)))
          (else (local.get $code))))
      (func (export "run") (param $n i32) (param $size i32) (result i32)
        (local $i i32) (local $sum i32) (local $stream i32) (local $count i32)
        (local.set $stream (call $open (local.get $n) (local.get $size)))
        (global.set $waiting (call $set))
        (call $join (local.get $stream) (global.get $waiting))
        (local.set $count (local.get $size))
        (loop $again
          ;; All of it has come: the count above four bits that say whether the writer goes on.
          (if
            (i32.ne
              (i32.shr_u
                (call $read (local.get $stream) (i32.const 65536) (local.get $count))
                (i32.const 4))
              (local.get $count))
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
      (with "callee" (instance (export "open" (func $open))))
      (with "stream" (instance
        (export "read" (func $read))
        (export "set" (func $set))
        (export "join" (func $join))
        (export "wait" (func $wait))))))
    (func (export "run") async (param "n" u32) (param "size" u32) (result s32)
      (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
