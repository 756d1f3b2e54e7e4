;; The modules of `component` made one. What stands for a counter is its address; the slab is the same.
(module
  (memory 1)
  (global $free (mut i32) (i32.const 0))
  (global $top (mut i32) (i32.const 1024))
  (func $new (param $value i32) (result i32)
    (local $at i32)
    (if (global.get $free)
      (then
        (local.set $at (global.get $free))
        (global.set $free (i32.load (local.get $at))))
      (else
        (local.set $at (global.get $top))
        (global.set $top (i32.add (local.get $at) (i32.const 4)))))
    (i32.store (local.get $at) (local.get $value))
    (local.get $at))
  (func $drop (param $at i32)
    (i32.store (local.get $at) (global.get $free))
    (global.set $free (local.get $at)))
  (func $add (param $at i32) (param $by i32) (result i32)
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (local.get $by)))
    (i32.load (local.get $at)))
  (func (export "run") (param $n i32) (param $methods i32) (result i32)
    (local $i i32) (local $j i32) (local $sum i32) (local $counter i32)
    (loop $again
      (local.set $counter (call $new (local.get $i)))
      (local.set $j (local.get $methods))
      (loop $more
        (local.set $sum
          (i32.add
            (i32.mul (local.get $sum) (i32.const 31))
            (call $add (local.get $counter) (local.get $j))))
        (br_if $more (local.tee $j (i32.sub (local.get $j) (i32.const 1)))))
      (call $drop (local.get $counter))
      (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
    (local.get $sum)))
