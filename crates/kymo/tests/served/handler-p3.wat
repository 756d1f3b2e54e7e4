;; The same for WASI 0.3: an asynchronous handler with a callback. It returns its answer first, then writes the body and the
;; trailers, and ends when both are taken. Printed by wasm-tools from a module written by hand and the WIT of wasi:http.
(component
  (type (;0;)
    (instance
      (export (;0;) "fields" (type (sub resource)))
      (type (;1;) string)
      (export (;2;) "field-name" (type (eq 1)))
      (type (;3;) (list u8))
      (export (;4;) "field-value" (type (eq 3)))
      (type (;5;) (option string))
      (type (;6;) (variant (case "invalid-syntax") (case "forbidden") (case "immutable") (case "size-exceeded") (case "other" 5)))
      (export (;7;) "header-error" (type (eq 6)))
      (export (;8;) "response" (type (sub resource)))
      (export (;9;) "headers" (type (eq 0)))
      (export (;10;) "trailers" (type (eq 0)))
      (type (;11;) (option u16))
      (type (;12;) (record (field "rcode" 5) (field "info-code" 11)))
      (export (;13;) "DNS-error-payload" (type (eq 12)))
      (type (;14;) (option u8))
      (type (;15;) (record (field "alert-id" 14) (field "alert-message" 5)))
      (export (;16;) "TLS-alert-received-payload" (type (eq 15)))
      (type (;17;) (option u32))
      (type (;18;) (record (field "field-name" 5) (field "field-size" 17)))
      (export (;19;) "field-size-payload" (type (eq 18)))
      (type (;20;) (option u64))
      (type (;21;) (option 19))
      (type (;22;) (variant (case "DNS-timeout") (case "DNS-error" 13) (case "destination-not-found") (case "destination-unavailable") (case "destination-IP-prohibited") (case "destination-IP-unroutable") (case "connection-refused") (case "connection-terminated") (case "connection-timeout") (case "connection-read-timeout") (case "connection-write-timeout") (case "connection-limit-reached") (case "TLS-protocol-error") (case "TLS-certificate-error") (case "TLS-alert-received" 16) (case "HTTP-request-denied") (case "HTTP-request-length-required") (case "HTTP-request-body-size" 20) (case "HTTP-request-method-invalid") (case "HTTP-request-URI-invalid") (case "HTTP-request-URI-too-long") (case "HTTP-request-header-section-size" 17) (case "HTTP-request-header-size" 21) (case "HTTP-request-trailer-section-size" 17) (case "HTTP-request-trailer-size" 19) (case "HTTP-response-incomplete") (case "HTTP-response-header-section-size" 17) (case "HTTP-response-header-size" 19) (case "HTTP-response-body-size" 20) (case "HTTP-response-trailer-section-size" 17) (case "HTTP-response-trailer-size" 19) (case "HTTP-response-transfer-coding" 5) (case "HTTP-response-content-coding" 5) (case "HTTP-response-timeout") (case "HTTP-upgrade-failed") (case "HTTP-protocol-error") (case "loop-detected") (case "configuration-error") (case "internal-error" 5)))
      (export (;23;) "error-code" (type (eq 22)))
      (export (;24;) "request" (type (sub resource)))
      (type (;25;) (tuple 2 4))
      (type (;26;) (list 25))
      (type (;27;) (own 0))
      (type (;28;) (result 27 (error 7)))
      (type (;29;) (func (param "entries" 26) (result 28)))
      (export (;0;) "[static]fields.from-list" (func (type 29)))
      (type (;30;) (own 9))
      (type (;31;) (stream u8))
      (type (;32;) (option 31))
      (type (;33;) (own 10))
      (type (;34;) (option 33))
      (type (;35;) (result 34 (error 23)))
      (type (;36;) (future 35))
      (type (;37;) (own 8))
      (type (;38;) (result (error 23)))
      (type (;39;) (future 38))
      (type (;40;) (tuple 37 39))
      (type (;41;) (func (param "headers" 30) (param "contents" 32) (param "trailers" 36) (result 40)))
      (export (;1;) "[static]response.new" (func (type 41)))
    )
  )
  (import "wasi:http/types@0.3.0" (instance (;0;) (type 0)))
  (core module (;0;)
    (type (;0;) (func (param i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32)))
    (type (;3;) (func (result i64)))
    (type (;4;) (func (param i32 i32 i32) (result i32)))
    (type (;5;) (func (param i32 i32) (result i32)))
    (type (;6;) (func (param i32 i32 i32 i64 i32 i32 i32 i32)))
    (type (;7;) (func (result i32)))
    (type (;8;) (func (param i32 i32)))
    (type (;9;) (func (param i32 i32 i32 i32) (result i32)))
    (type (;10;) (func (param i64) (result i32)))
    (type (;11;) (func (param i32) (result i32)))
    (import "wasi:http/types@0.3.0" "[static]fields.from-list" (func (;0;) (type 0) (param i32 i32 i32)))
    (import "wasi:http/types@0.3.0" "[static]response.new" (func (;1;) (type 1) (param i32 i32 i32 i32 i32)))
    (import "wasi:http/types@0.3.0" "[resource-drop]request" (func (;2;) (type 2) (param i32)))
    (import "wasi:http/types@0.3.0" "[stream-new-0][static]response.new" (func (;3;) (type 3) (result i64)))
    (import "wasi:http/types@0.3.0" "[async-lower][stream-write-0][static]response.new" (func (;4;) (type 4) (param i32 i32 i32) (result i32)))
    (import "wasi:http/types@0.3.0" "[stream-drop-writable-0][static]response.new" (func (;5;) (type 2) (param i32)))
    (import "wasi:http/types@0.3.0" "[future-new-1][static]response.new" (func (;6;) (type 3) (result i64)))
    (import "wasi:http/types@0.3.0" "[async-lower][future-write-1][static]response.new" (func (;7;) (type 5) (param i32 i32) (result i32)))
    (import "wasi:http/types@0.3.0" "[future-drop-writable-1][static]response.new" (func (;8;) (type 2) (param i32)))
    (import "wasi:http/types@0.3.0" "[future-drop-readable-2][static]response.new" (func (;9;) (type 2) (param i32)))
    (import "[export]wasi:http/handler@0.3.0" "[task-return]handle" (func (;10;) (type 6) (param i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "$root" "[waitable-set-new]" (func (;11;) (type 7) (result i32)))
    (import "$root" "[waitable-join]" (func (;12;) (type 8) (param i32 i32)))
    (import "$root" "[waitable-set-drop]" (func (;13;) (type 2) (param i32)))
    (import "$root" "[context-get-0]" (func (;14;) (type 7) (result i32)))
    (import "$root" "[context-set-0]" (func (;15;) (type 2) (param i32)))
    (memory (;0;) 1)
    (export "memory" (memory 0))
    (export "cabi_realloc" (func 16))
    (export "[async-lift]wasi:http/handler@0.3.0#handle" (func 21))
    (export "[callback][async-lift]wasi:http/handler@0.3.0#handle" (func 22))
    (func (;16;) (type 9) (param i32 i32 i32 i32) (result i32)
      i32.const 4096
    )
    (func (;17;) (type 10) (param i64) (result i32)
      local.get 0
      i64.const 32
      i64.shr_u
      i32.wrap_i64
    )
    (func (;18;) (type 8) (param i32 i32)
      local.get 1
      i32.const 0
      call 12
      local.get 0
      i32.const 3
      i32.eq
      if ;; label = @1
        local.get 1
        call 5
      else
        local.get 1
        call 8
      end
      call 14
      i32.const 1
      i32.sub
      call 15
    )
    (func (;19;) (type 0) (param i32 i32 i32)
      local.get 2
      i32.const -1
      i32.ne
      if ;; label = @1
        local.get 0
        local.get 1
        call 18
      end
    )
    (func (;20;) (type 7) (result i32)
      call 14
      i32.const 15
      i32.and
      if ;; label = @1
        call 14
        i32.const -16
        i32.and
        i32.const 2
        i32.or
        return
      end
      call 14
      i32.const 4
      i32.shr_u
      call 13
      i32.const 0
    )
    (func (;21;) (type 11) (param i32) (result i32)
      (local i32 i32 i64 i64)
      local.get 0
      call 2
      call 11
      local.set 1
      local.get 1
      i32.const 4
      i32.shl
      i32.const 2
      i32.or
      call 15
      i32.const 0
      i32.const 3
      i32.const 256
      call 0
      i32.const 260
      i32.load
      local.set 2
      call 3
      local.set 3
      call 6
      local.set 4
      local.get 3
      call 17
      local.get 1
      call 12
      local.get 4
      call 17
      local.get 1
      call 12
      local.get 2
      i32.const 1
      local.get 3
      i32.wrap_i64
      local.get 4
      i32.wrap_i64
      i32.const 256
      call 1
      i32.const 260
      i32.load
      call 9
      i32.const 0
      i32.const 256
      i32.load
      i32.const 0
      i64.const 0
      i32.const 0
      i32.const 0
      i32.const 0
      i32.const 0
      call 10
      i32.const 3
      local.get 3
      call 17
      local.get 3
      call 17
      i32.const 144
      i32.const 13
      call 4
      call 19
      i32.const 5
      local.get 4
      call 17
      local.get 4
      call 17
      i32.const 1024
      call 7
      call 19
      call 20
    )
    (func (;22;) (type 4) (param i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      call 18
      call 20
    )
    (data (;0;) (i32.const 0) "@\00\00\00\0c\00\00\00P\00\00\00\0a\00\00\00")
    (data (;1;) (i32.const 16) "`\00\00\00\06\00\00\00h\00\00\00\04\00\00\00")
    (data (;2;) (i32.const 32) "p\00\00\00\0e\00\00\00\80\00\00\00\02\00\00\00")
    (data (;3;) (i32.const 64) "content-type")
    (data (;4;) (i32.const 80) "text/plain")
    (data (;5;) (i32.const 96) "server")
    (data (;6;) (i32.const 104) "test")
    (data (;7;) (i32.const 112) "content-length")
    (data (;8;) (i32.const 128) "13")
    (data (;9;) (i32.const 144) "Hello, World!")
  )
  (core module (;1;)
    (type (;0;) (func (param i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32) (result i32)))
    (type (;3;) (func (param i32 i32) (result i32)))
    (type (;4;) (func (param i32 i32 i32 i64 i32 i32 i32 i32)))
    (table (;0;) 5 5 funcref)
    (export "0" (func 0))
    (export "1" (func 1))
    (export "2" (func 2))
    (export "3" (func 3))
    (export "4" (func 4))
    (export "$imports" (table 0))
    (func (;0;) (type 0) (param i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 0
      call_indirect (type 0)
    )
    (func (;1;) (type 1) (param i32 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      i32.const 1
      call_indirect (type 1)
    )
    (func (;2;) (type 2) (param i32 i32 i32) (result i32)
      local.get 0
      local.get 1
      local.get 2
      i32.const 2
      call_indirect (type 2)
    )
    (func (;3;) (type 3) (param i32 i32) (result i32)
      local.get 0
      local.get 1
      i32.const 3
      call_indirect (type 3)
    )
    (func (;4;) (type 4) (param i32 i32 i32 i64 i32 i32 i32 i32)
      local.get 0
      local.get 1
      local.get 2
      local.get 3
      local.get 4
      local.get 5
      local.get 6
      local.get 7
      i32.const 4
      call_indirect (type 4)
    )
  )
  (core instance (;0;) (instantiate 1))
  (alias export 0 "request" (type (;1;)))
  (alias export 0 "response" (type (;2;)))
  (alias export 0 "error-code" (type (;3;)))
  (alias core export 0 "0" (core func (;0;)))
  (alias core export 0 "1" (core func (;1;)))
  (alias export 0 "request" (type (;4;)))
  (core func (;2;) (canon resource.drop 4))
  (type (;5;) (stream u8))
  (core func (;3;) (canon stream.new 5))
  (alias core export 0 "2" (core func (;4;)))
  (core func (;5;) (canon stream.drop-writable 5))
  (alias export 0 "trailers" (type (;6;)))
  (type (;7;) (own 6))
  (type (;8;) (option 7))
  (type (;9;) (result 8 (error 3)))
  (type (;10;) (future 9))
  (core func (;6;) (canon future.new 10))
  (alias core export 0 "3" (core func (;7;)))
  (core func (;8;) (canon future.drop-writable 10))
  (type (;11;) (result (error 3)))
  (type (;12;) (future 11))
  (core func (;9;) (canon future.drop-readable 12))
  (core instance (;1;)
    (export "[static]fields.from-list" (func 0))
    (export "[static]response.new" (func 1))
    (export "[resource-drop]request" (func 2))
    (export "[stream-new-0][static]response.new" (func 3))
    (export "[async-lower][stream-write-0][static]response.new" (func 4))
    (export "[stream-drop-writable-0][static]response.new" (func 5))
    (export "[future-new-1][static]response.new" (func 6))
    (export "[async-lower][future-write-1][static]response.new" (func 7))
    (export "[future-drop-writable-1][static]response.new" (func 8))
    (export "[future-drop-readable-2][static]response.new" (func 9))
  )
  (alias core export 0 "4" (core func (;10;)))
  (core instance (;2;)
    (export "[task-return]handle" (func 10))
  )
  (core func (;11;) (canon waitable-set.new))
  (core func (;12;) (canon waitable.join))
  (core func (;13;) (canon waitable-set.drop))
  (core func (;14;) (canon context.get i32 0))
  (core func (;15;) (canon context.set i32 0))
  (core instance (;3;)
    (export "[waitable-set-new]" (func 11))
    (export "[waitable-join]" (func 12))
    (export "[waitable-set-drop]" (func 13))
    (export "[context-get-0]" (func 14))
    (export "[context-set-0]" (func 15))
  )
  (core instance (;4;) (instantiate 0
      (with "wasi:http/types@0.3.0" (instance 1))
      (with "[export]wasi:http/handler@0.3.0" (instance 2))
      (with "$root" (instance 3))
    )
  )
  (alias core export 4 "memory" (core memory (;0;)))
  (core module (;2;)
    (type (;0;) (func (param i32 i32 i32)))
    (type (;1;) (func (param i32 i32 i32 i32 i32)))
    (type (;2;) (func (param i32 i32 i32) (result i32)))
    (type (;3;) (func (param i32 i32) (result i32)))
    (type (;4;) (func (param i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "actual" "0" (func (;0;) (type 0) (param i32 i32 i32)))
    (import "actual" "1" (func (;1;) (type 1) (param i32 i32 i32 i32 i32)))
    (import "actual" "2" (func (;2;) (type 2) (param i32 i32 i32) (result i32)))
    (import "actual" "3" (func (;3;) (type 3) (param i32 i32) (result i32)))
    (import "actual" "4" (func (;4;) (type 4) (param i32 i32 i32 i64 i32 i32 i32 i32)))
    (import "shim" "$imports" (table (;0;) 5 5 funcref))
    (elem (;0;) (i32.const 0) func 0 1 2 3 4)
  )
  (alias export 0 "[static]fields.from-list" (func (;0;)))
  (alias core export 4 "cabi_realloc" (core func (;16;)))
  (core func (;17;) (canon lower (func 0) (memory 0) (realloc 16) string-encoding=utf8))
  (alias export 0 "[static]response.new" (func (;1;)))
  (core func (;18;) (canon lower (func 1) (memory 0)))
  (core func (;19;) (canon stream.write 5 (memory 0) async))
  (core func (;20;) (canon future.write 10 (memory 0) string-encoding=utf8 async))
  (type (;13;) (own 2))
  (type (;14;) (result 13 (error 3)))
  (core func (;21;) (canon task.return (result 14) (memory 0) string-encoding=utf8))
  (core instance (;5;)
    (export "0" (func 17))
    (export "1" (func 18))
    (export "2" (func 19))
    (export "3" (func 20))
    (export "4" (func 21))
  )
  (core instance (;6;) (instantiate 2
      (with "actual" (instance 5))
      (with "shim" (instance 0))
    )
  )
  (type (;15;) (own 1))
  (type (;16;) (func async (param "request" 15) (result 14)))
  (alias core export 4 "[async-lift]wasi:http/handler@0.3.0#handle" (core func (;22;)))
  (alias core export 4 "[callback][async-lift]wasi:http/handler@0.3.0#handle" (core func (;23;)))
  (func (;2;) (type 16) (canon lift (core func 22) (memory 0) string-encoding=utf8 async (callback 23)))
  (alias export 0 "DNS-error-payload" (type (;17;)))
  (alias export 0 "TLS-alert-received-payload" (type (;18;)))
  (alias export 0 "field-size-payload" (type (;19;)))
  (component (;0;)
    (import "import-type-request" (type (;0;) (sub resource)))
    (import "import-type-response" (type (;1;) (sub resource)))
    (type (;2;) (option string))
    (type (;3;) (option u16))
    (type (;4;) (record (field "rcode" 2) (field "info-code" 3)))
    (import "import-type-DNS-error-payload" (type (;5;) (eq 4)))
    (type (;6;) (option u8))
    (type (;7;) (record (field "alert-id" 6) (field "alert-message" 2)))
    (import "import-type-TLS-alert-received-payload" (type (;8;) (eq 7)))
    (type (;9;) (option u32))
    (type (;10;) (record (field "field-name" 2) (field "field-size" 9)))
    (import "import-type-field-size-payload" (type (;11;) (eq 10)))
    (type (;12;) (option u64))
    (type (;13;) (option 11))
    (type (;14;) (variant (case "DNS-timeout") (case "DNS-error" 5) (case "destination-not-found") (case "destination-unavailable") (case "destination-IP-prohibited") (case "destination-IP-unroutable") (case "connection-refused") (case "connection-terminated") (case "connection-timeout") (case "connection-read-timeout") (case "connection-write-timeout") (case "connection-limit-reached") (case "TLS-protocol-error") (case "TLS-certificate-error") (case "TLS-alert-received" 8) (case "HTTP-request-denied") (case "HTTP-request-length-required") (case "HTTP-request-body-size" 12) (case "HTTP-request-method-invalid") (case "HTTP-request-URI-invalid") (case "HTTP-request-URI-too-long") (case "HTTP-request-header-section-size" 9) (case "HTTP-request-header-size" 13) (case "HTTP-request-trailer-section-size" 9) (case "HTTP-request-trailer-size" 11) (case "HTTP-response-incomplete") (case "HTTP-response-header-section-size" 9) (case "HTTP-response-header-size" 11) (case "HTTP-response-body-size" 12) (case "HTTP-response-trailer-section-size" 9) (case "HTTP-response-trailer-size" 11) (case "HTTP-response-transfer-coding" 2) (case "HTTP-response-content-coding" 2) (case "HTTP-response-timeout") (case "HTTP-upgrade-failed") (case "HTTP-protocol-error") (case "loop-detected") (case "configuration-error") (case "internal-error" 2)))
    (import "import-type-error-code" (type (;15;) (eq 14)))
    (import "import-type-request0" (type (;16;) (eq 0)))
    (type (;17;) (own 16))
    (import "import-type-response0" (type (;18;) (eq 1)))
    (type (;19;) (own 18))
    (import "import-type-error-code0" (type (;20;) (eq 15)))
    (type (;21;) (result 19 (error 20)))
    (type (;22;) (func async (param "request" 17) (result 21)))
    (import "import-func-handle" (func (;0;) (type 22)))
    (export (;23;) "request" (type 0))
    (export (;24;) "response" (type 1))
    (export (;25;) "error-code" (type 15))
    (type (;26;) (own 23))
    (type (;27;) (own 24))
    (type (;28;) (result 27 (error 25)))
    (type (;29;) (func async (param "request" 26) (result 28)))
    (export (;1;) "handle" (func 0) (func (type 29)))
  )
  (instance (;1;) (instantiate 0
      (with "import-func-handle" (func 2))
      (with "import-type-request" (type 1))
      (with "import-type-response" (type 2))
      (with "import-type-DNS-error-payload" (type 17))
      (with "import-type-TLS-alert-received-payload" (type 18))
      (with "import-type-field-size-payload" (type 19))
      (with "import-type-error-code" (type 3))
      (with "import-type-request0" (type 1))
      (with "import-type-response0" (type 2))
      (with "import-type-error-code0" (type 3))
    )
  )
  (export (;2;) "wasi:http/handler@0.3.0" (instance 1))
)
