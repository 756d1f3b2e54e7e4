;; A component that makes a list of HTTP header fields and drops it again. No request is sent.
(component
  (import "wasi:http/types@0.2.0" (instance $types
    (export "fields" (type $fields (sub resource)))
    (export "[constructor]fields" (func (result (own $fields))))))
  (alias export $types "fields" (type $fields))
  (core func $new (canon lower (func $types "[constructor]fields")))
  (core func $drop (canon resource.drop $fields))
  (core module $program
    (import "host" "new" (func $new (result i32)))
    (import "host" "drop" (func $drop (param i32)))
    (func (export "probe") (result i32) (call $drop (call $new)) (i32.const 42)))
  (core instance $program (instantiate $program
    (with "host" (instance (export "new" (func $new)) (export "drop" (func $drop))))))
  (func (export "probe") (result s32) (canon lift (core func $program "probe"))))
