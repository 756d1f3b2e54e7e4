;; The lowest byte 0x80 is -128, the lowest two of 0x18000 are -32768.
(module
  (func (export "probe") (result i32)
    (i32.add
      (i32.extend8_s (i32.const 0x80))
      (i32.extend16_s (i32.const 0x18000)))))
