//! What holds over epoll holds over io_uring: the same tests, with loads that go through a ring (see `support`).

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
#![allow(clippy::duplicate_mod, reason = "each test program has the servers for its part")]

#[path = "counts.rs"]
mod counts;
#[path = "http2.rs"]
mod http2;

mod support;

use kymo_load::{Io, LoadError, LoadSpec, Schedule, Tls, run};
use std::io::Write;
use std::sync::atomic::AtomicBool;
use support::{Requests, answering, put, server, spec};

/// An answer much larger than a buffer of the ring, and than all of a ring's buffers together.
#[test]
fn bodies_larger_than_the_buffers_come_whole() {
    const BODY: usize = 5_000_000;
    let address = answering(|_| {
        let mut answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {BODY}\r\n\r\n").into_bytes();
        answer.resize(answer.len() + BODY, b'x');
        answer
    });
    let load = put(&LoadSpec { connections: 4, ..spec(address, 40.0, 0.5) });
    assert_eq!(load.report.requests.completed, 20, "{:?}", load.report.notes);
    assert!(load.report.bytes_read > 20 * BODY as u64, "{}", load.report.bytes_read);
}

/// What the socket takes no more of waits in the kernel, and later requests behind it.
#[test]
fn requests_larger_than_the_socket_takes_go_out_whole() {
    const BODY: usize = 8_000_000;
    let address = server(|mut stream, _| {
        let mut requests = Requests::default();
        while let Some(mut left) = requests.next(&mut stream).then_some(BODY) {
            left -= requests.take_rest();
            let mut buffer = vec![0; 65_536];
            while left > 0 {
                let room = left.min(buffer.len());
                match std::io::Read::read(&mut stream, &mut buffer[..room]) {
                    Ok(0) | Err(_) => return,
                    Ok(count) => left -= count,
                }
            }
            if stream.write_all(support::HELLO).is_err() {
                return;
            }
        }
    });
    let mut request = support::get("/");
    (request.method, request.body) = ("POST".to_owned(), vec![b'x'; BODY]);
    let closed = LoadSpec { schedule: Schedule::Closed, connections: 2, ..spec(address, 0.0, 0.5) };
    let load = put(&LoadSpec { requests: vec![request], ..closed });
    assert_eq!(load.report.requests.failed, 0, "{:?}", load.report.notes);
    assert!(load.report.requests.completed > 1, "{:?}", load.report.requests);
    assert!(load.report.bytes_written >= BODY as u64, "{}", load.report.bytes_written);
}

#[test]
fn tls_is_not_spoken_over_it() {
    let address = answering(|_| Vec::new());
    let tls = Some(Tls { server_name: "localhost".to_owned(), insecure: true, authorities: None });
    let secure = LoadSpec { io: Io::Uring, tls, ..spec(address, 10.0, 0.1) };
    let error = run(&secure, &mut (), &AtomicBool::new(false)).unwrap_err();
    assert!(matches!(error, LoadError::Spec(_)), "{error}");
    assert_eq!(error.to_string(), "io_uring is for plain connections: leave --io at epoll for https");
}
