;; The same with try and catch of the earlier proposal, where what is caught is thrown again by rethrow: 42.
(module
  (tag $stop (param i32))
  (func $inner (throw $stop (i32.const 42)))
  (func $outer
    try $again
      call $inner
    catch_all
      rethrow $again
    end)
  (func (export "probe") (result i32)
    try (result i32)
      call $outer
      i32.const 0
    catch $stop
    end))
