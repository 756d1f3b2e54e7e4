;; Atomic operations on shared memory, in one thread: 3, of which nobody waits and nobody is woken.
(module
  (memory 1 1 shared)
  (func (export "probe") (result i32)
    (drop (i32.atomic.rmw.add (i32.const 8) (i32.const 1)))
    (drop (i32.atomic.rmw.cmpxchg (i32.const 8) (i32.const 1) (i32.const 3)))
    (atomic.fence)
    (i32.add
      (i32.atomic.load (i32.const 8))
      (memory.atomic.notify (i32.const 8) (i32.const 1)))))
