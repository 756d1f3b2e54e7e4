;; A memory of 100 bytes, not a multiple of 64 KiB, grows by one: 100 + 101.
(module
  (memory 100 200 (pagesize 1))
  (func (export "probe") (result i32)
    (local $before i32)
    (local.set $before (memory.grow (i32.const 1)))
    (i32.add (local.get $before) (memory.size))))
