;; `n` times, a list of bytes goes to another component and comes back: `size` bytes.
;; The callee changes the last byte according to the first; the caller changes the first and reads both.
(component
  (component $callee
    (core module $program
      (memory (export "memory") 2)
      ;; One payload is alive at a time, so that it always has the same place.
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 65536))
      (func (export "echo") (param $ptr i32) (param $len i32) (result i32)
        (i32.store8
          (i32.sub (i32.add (local.get $ptr) (local.get $len)) (i32.const 1))
          (i32.add (i32.const 65) (i32.and (i32.load8_u (local.get $ptr)) (i32.const 15))))
        (i32.store (i32.const 0) (local.get $ptr))
        (i32.store (i32.const 4) (local.get $len))
        (i32.const 0)))
    (core instance $program (instantiate $program))
    (func (export "echo") (param "payload" (list u8)) (result (list u8))
      (canon lift (core func $program "echo")
        (memory (core memory $program "memory")) (realloc (core func $program "realloc")))))

  (component $caller
    (import "callee" (instance $callee
      (export "echo" (func (param "payload" (list u8)) (result (list u8))))))
    ;; Page 0 takes where the result is, page 1 what is sent, page 2 what comes back.
    (core module $memory
      (memory (export "memory") 3)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32)
        (i32.const 131072)))
    (core instance $memory (instantiate $memory))
    (core func $echo (canon lower (func $callee "echo")
      (memory (core memory $memory "memory")) (realloc (core func $memory "realloc"))))
    (core module $program
      (import "caller" "memory" (memory 3))
      (import "callee" "echo" (func $echo (param i32 i32 i32)))
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
    (core instance $program (instantiate $program
      (with "caller" (instance $memory))
      (with "callee" (instance (export "echo" (func $echo))))))
    (func (export "run") (param "n" u32) (param "size" u32) (result s32)
      (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
