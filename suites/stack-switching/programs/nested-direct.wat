;; Nested handlers as the instructions have them: each layer is a continuation that is resumed with a handler for
;; `$near`, which nobody suspends with; the innermost suspends with `$far`, for which only the outermost has a handler.
;; The engine has to look through all of them, and moves the whole nest at once.
(module
  (type $layer (func (param i32)))
  (type $fiber (cont $layer))
  (type $rest-type (func))
  (type $rest (cont $rest-type))
  (tag $near)
  (tag $far (param i32))
  (global $yields (mut i32) (i32.const 0))
  (elem declare func $nest)

  (func $nest (param $depth i32)
    (local $i i32)
    (if (local.get $depth)
      (then
        (block $unused (result (ref $rest))
          (resume $fiber (on $near $unused)
            (i32.sub (local.get $depth) (i32.const 1)) (cont.new $fiber (ref.func $nest)))
          (return))
        (drop))
      (else
        (loop $next
          (if (i32.lt_s (local.get $i) (global.get $yields))
            (then
              (suspend $far (local.get $i))
              (local.set $i (i32.add (local.get $i) (i32.const 1)))
              (br $next)))))))

  (func (export "run") (param $depth i32) (param $yields i32) (result i64)
    (local $sum i64)
    (local $value i32)
    (local $rest (ref null $rest))
    (global.set $yields (local.get $yields))
    (block $ended
      (block $first (result i32 (ref $rest))
        (resume $fiber (on $far $first) (local.get $depth) (cont.new $fiber (ref.func $nest)))
        (br $ended))
      (local.set $rest)
      (local.set $value)
      (loop $next
        (local.set $sum (i64.add (local.get $sum) (i64.extend_i32_s (local.get $value))))
        (block $again (result i32 (ref $rest))
          (resume $rest (on $far $again) (local.get $rest))
          (br $ended))
        (local.set $rest)
        (local.set $value)
        (br $next)))
    (local.get $sum)))
