;; `n` counters, resources of another component, are made and dropped. `methods` calls of a method, which borrows, are
;; in between.
(component
  (component $callee
    ;; Counters live in a slab with a list of free places. A module of its own, since the type names its destructor.
    (core module $slab
      (memory (export "memory") 1)
      (global $free (mut i32) (i32.const 0))
      (global $top (mut i32) (i32.const 1024))
      (func (export "allocate") (param $value i32) (result i32)
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
      (func (export "release") (param $at i32)
        (i32.store (local.get $at) (global.get $free))
        (global.set $free (local.get $at))))
    (core instance $slab (instantiate $slab))
    (type $own-counter (resource (rep i32) (dtor (core func $slab "release"))))
    (export $counter "counter" (type $own-counter))
    (core func $handle (canon resource.new $own-counter))
    (core module $program
      (import "slab" "memory" (memory 1))
      (import "slab" "allocate" (func $allocate (param i32) (result i32)))
      (import "counter" "new" (func $handle (param i32) (result i32)))
      (func (export "new") (param $start i32) (result i32)
        (call $handle (call $allocate (local.get $start))))
      (func (export "add") (param $at i32) (param $by i32) (result i32)
        (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (local.get $by)))
        (i32.load (local.get $at))))
    (core instance $program (instantiate $program
      (with "slab" (instance $slab))
      (with "counter" (instance (export "new" (func $handle))))))
    (func (export "[constructor]counter") (param "start" u32) (result (own $counter))
      (canon lift (core func $program "new")))
    (func (export "[method]counter.add") (param "self" (borrow $counter)) (param "by" u32) (result u32)
      (canon lift (core func $program "add"))))

  (component $caller
    (import "callee" (instance $callee
      (export "counter" (type $counter (sub resource)))
      (export "[constructor]counter" (func (param "start" u32) (result (own $counter))))
      (export "[method]counter.add" (func (param "self" (borrow $counter)) (param "by" u32) (result u32)))))
    (alias export $callee "counter" (type $counter))
    (core func $new (canon lower (func $callee "[constructor]counter")))
    (core func $add (canon lower (func $callee "[method]counter.add")))
    (core func $drop (canon resource.drop $counter))
    (core module $program
      (import "counter" "new" (func $new (param i32) (result i32)))
      (import "counter" "add" (func $add (param i32 i32) (result i32)))
      (import "counter" "drop" (func $drop (param i32)))
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
    (core instance $program (instantiate $program
      (with "counter" (instance
        (export "new" (func $new))
        (export "add" (func $add))
        (export "drop" (func $drop))))))
    (func (export "run") (param "n" u32) (param "methods" u32) (result s32)
      (canon lift (core func $program "run"))))

  (instance $callee (instantiate $callee))
  (instance $caller (instantiate $caller (with "callee" (instance $callee))))
  (func $run (alias export $caller "run"))
  (export "run" (func $run)))
