;; A generator suspends with 1 to 10, its consumer adds them up: 55.
(module
  (type $func (func))
  (type $cont (cont $func))
  (tag $yield (param i32))
  (elem declare func $generate)
  (func $generate
    (local $n i32)
    (loop $next
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (suspend $yield (local.get $n))
      (br_if $next (i32.lt_u (local.get $n) (i32.const 10)))))
  (func (export "probe") (result i32)
    (local $generator (ref null $cont)) (local $sum i32)
    (local.set $generator (cont.new $cont (ref.func $generate)))
    (block $done
      (loop $next
        (block $yielded (result i32 (ref $cont))
          (resume $cont (on $yield $yielded) (local.get $generator))
          (br $done))
        (local.set $generator)
        (local.set $sum (i32.add (local.get $sum)))
        (br $next)))
    (local.get $sum)))
