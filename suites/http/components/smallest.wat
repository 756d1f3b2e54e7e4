;; The smallest component that answers HTTP: TechEmpower's plaintext, whatever is asked. Nothing is compiled, no memory is
;; asked for, and nothing is left over from one request to the next, so that what is measured is the host.
(module
  (import "wasi:http/types@0.2.0" "[static]fields.from-list" (func $from_list (param i32 i32 i32)))
  (import "wasi:http/types@0.2.0" "[resource-drop]incoming-request" (func $drop_request (param i32)))
  (import "wasi:http/types@0.2.0" "[constructor]outgoing-response" (func $new_response (param i32) (result i32)))
  (import "wasi:http/types@0.2.0" "[method]outgoing-response.body" (func $body (param i32 i32)))
  (import "wasi:http/types@0.2.0" "[method]outgoing-body.write" (func $stream (param i32 i32)))
  (import "wasi:http/types@0.2.0" "[static]outgoing-body.finish" (func $finish (param i32 i32 i32 i32)))
  (import "wasi:http/types@0.2.0" "[static]response-outparam.set"
    (func $set (param i32 i32 i32 i32 i64 i32 i32 i32 i32)))
  (import "wasi:io/error@0.2.0" "[resource-drop]error" (func $drop_error (param i32)))
  (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
    (func $write (param i32 i32 i32 i32)))
  (import "wasi:io/streams@0.2.0" "[resource-drop]output-stream" (func $drop_stream (param i32)))

  ;; One page: what results are returned into, at 0; the headers, entries of pointer and length twice, at 64; their
  ;; texts at 128.
  (memory (export "memory") 1 1)
  (data (i32.const 64)
    "\80\00\00\00" "\06\00\00\00" "\86\00\00\00" "\09\00\00\00"
    "\8f\00\00\00" "\0c\00\00\00" "\9b\00\00\00" "\0a\00\00\00"
    "\a5\00\00\00" "\0e\00\00\00" "\b3\00\00\00" "\02\00\00\00")
  (data (i32.const 128) "server" "kymograph" "content-type" "text/plain" "content-length" "13" "Hello, World!")

  ;; The host hands over nothing but the words of an error, which nobody reads: there is room for them in the page.
  (func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (i32.const 1024))

  (func (export "wasi:http/incoming-handler@0.2.0#handle") (param $request i32) (param $out i32)
    (local $response i32) (local $body i32) (local $stream i32)
    (call $drop_request (local.get $request))
    (call $from_list (i32.const 64) (i32.const 3) (i32.const 0))
    (local.set $response (call $new_response (i32.load (i32.const 4))))
    (call $body (local.get $response) (i32.const 0))
    (local.set $body (i32.load (i32.const 4)))
    (call $set (local.get $out) (i32.const 0) (local.get $response) (i32.const 0) (i64.const 0) (i32.const 0)
      (i32.const 0) (i32.const 0) (i32.const 0))
    (call $stream (local.get $body) (i32.const 0))
    (local.set $stream (i32.load (i32.const 4)))
    (call $write (local.get $stream) (i32.const 181) (i32.const 13) (i32.const 0))
    ;; A client that has gone is no reason to trap. What the error is does not matter, but it must be given back.
    (if (i32.and (i32.load8_u (i32.const 0)) (i32.eqz (i32.load8_u (i32.const 4))))
      (then (call $drop_error (i32.load (i32.const 8)))))
    (call $drop_stream (local.get $stream))
    (call $finish (local.get $body) (i32.const 0) (i32.const 0) (i32.const 0))))
