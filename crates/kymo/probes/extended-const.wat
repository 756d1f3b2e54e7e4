;; A global and a segment's place are computed: 6 * 7, and the byte at 3 + 5.
(module
  (global $answer i32 (i32.mul (i32.const 6) (i32.const 7)))
  (memory 1)
  (data (i32.add (i32.const 3) (i32.const 5)) "\01")
  (func (export "probe") (result i32)
    (i32.add (global.get $answer) (i32.load8_u (i32.const 8)))))
