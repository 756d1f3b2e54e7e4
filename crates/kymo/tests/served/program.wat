;; A program that serves on sockets of the host, without fibers: it polls the listener and one connection, and answers
;; whatever it receives with "Hello, World!". A request whose path begins with "/t" makes it trap.
(module
  (import "kymo_socket" "listen" (func $listen (param i32) (result i32)))
  (import "kymo_socket" "accept" (func $accept (param i32) (result i32)))
  (import "kymo_socket" "recv" (func $recv (param i32 i32 i32) (result i32)))
  (import "kymo_socket" "send" (func $send (param i32 i32 i32) (result i32)))
  (import "kymo_socket" "close" (func $close (param i32) (result i32)))
  (import "kymo_socket" "poll" (func $poll (param i32 i32 i32) (result i32)))
  (import "kymo_socket" "stopping" (func $stopping (result i32)))
  (import "kymo_socket" "now" (func $now (result i64)))
  (memory (export "memory") 1)
  (data (i32.const 64) "HTTP/1.1 200 OK\r\nServer: test\r\nContent-Length: 13\r\n\r\nHello, World!")
  ;; The pollfds are at 0 (the listener) and 8 (the connection), what is received at 1024.
  (func (export "_start") (local $connection i32) (local $got i32)
    ;; An unknown handle, a place outside of the memory and the year are what the page says.
    (if (i32.ne (call $recv (i32.const 9999) (i32.const 0) (i32.const 1)) (i32.const -9)) (then unreachable))
    (if (i64.lt_s (call $now) (i64.const 1700000000)) (then unreachable))
    (i32.store (i32.const 0) (call $listen (i32.const 64)))
    (if (i32.lt_s (i32.load (i32.const 0)) (i32.const 0)) (then (return)))
    (if (i32.ne (call $poll (i32.const 65530) (i32.const 2) (i32.const 0)) (i32.const -14)) (then unreachable))
    (i32.store16 (i32.const 4) (i32.const 1))
    (i32.store16 (i32.const 12) (i32.const 1))
    (local.set $connection (i32.const -1))
    (loop $next
      (if (call $stopping) (then (return)))
      (i32.store (i32.const 8) (local.get $connection))
      (drop (call $poll (i32.const 0) (i32.const 2) (i32.const -1)))
      (if (i32.load16_u (i32.const 6)) (then
        (if (i32.ge_s (local.get $connection) (i32.const 0)) (then (drop (call $close (local.get $connection)))))
        (local.set $connection (call $accept (i32.load (i32.const 0))))
        ;; The tests have one client at a time.
        (if (i32.ne (call $accept (i32.load (i32.const 0))) (i32.const -11)) (then unreachable))))
      (if (i32.load16_u (i32.const 14)) (then
        (local.set $got (call $recv (local.get $connection) (i32.const 1024) (i32.const 4096)))
        (if (i32.le_s (local.get $got) (i32.const 0))
          (then
            (drop (call $close (local.get $connection)))
            (local.set $connection (i32.const -1)))
          (else
            (if (i32.eq (i32.load8_u (i32.const 1029)) (i32.const 0x74)) (then unreachable))
            (drop (call $send (local.get $connection) (i32.const 64) (i32.const 66)))))))
      (br $next))))
