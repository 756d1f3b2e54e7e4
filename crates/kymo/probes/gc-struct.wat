;; A list of a thousand structs, most of them garbage at once, is summed up: 0 + 1 + … + 999.
(module
  (type $node (struct (field $value (mut i32)) (field $next (ref null $node))))
  (func (export "probe") (result i32)
    (local $n i32) (local $sum i32) (local $list (ref null $node))
    (loop $make
      (drop (struct.new $node (i32.const -1) (ref.null $node)))
      (local.set $list (struct.new $node (local.get $n) (local.get $list)))
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (br_if $make (i32.lt_u (local.get $n) (i32.const 1000))))
    (loop $add
      (local.set $sum (i32.add (local.get $sum) (struct.get $node $value (local.get $list))))
      (local.set $list (struct.get $node $next (local.get $list)))
      (br_if $add (i32.eqz (ref.is_null (local.get $list)))))
    (local.get $sum)))
