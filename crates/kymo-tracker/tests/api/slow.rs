//! Clients that hold the server up: heads and bodies that never end, connections that say nothing.

use crate::support::{Answer, Ask, sqlite};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A wide margin over the two seconds that the server is told to wait.
const ENDED_WITHIN: Duration = Duration::from_secs(30);

fn server() -> crate::support::Server {
    sqlite(|options| {
        options.head_within = Duration::from_secs(2);
        options.api.as_mut().unwrap().body_within = Duration::from_secs(2);
    })
}

#[test]
fn a_head_that_never_ends_is_ended() {
    let server = server();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"GET /api/v1 HTTP/1.1\r\nHost: x\r\n").unwrap();
    let begun = Instant::now();
    let mut sent = 0;
    // A header every while, as slow-loris does; until the other end is closed.
    while stream.write_all(format!("X-{sent}: y\r\n").as_bytes()).is_ok() {
        sent += 1;
        assert!(begun.elapsed() < ENDED_WITHIN, "the server still reads");
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn a_body_that_never_ends_is_ended() {
    let server = server();
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(ENDED_WITHIN)).unwrap();
    let token = server.token("rita");
    let head = format!(
        "POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: 100\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let answer = Answer::read(&mut stream);
    assert_eq!((answer.status, answer.problem().as_str()), (408, "timeout"));
    // Who may not is told before anything is read.
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(ENDED_WITHIN)).unwrap();
    stream
        .write_all(b"POST /api/v1/jobs HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 100\r\n\r\n")
        .unwrap();
    assert_eq!(Answer::read(&mut stream).status, 401);
}

#[test]
fn thousands_of_connections_that_say_nothing_keep_nobody_out() {
    let server = server();
    // As many as this process may have: a part of it is the server in the same process, with as many again.
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
    let files = limits.lines().find(|line| line.starts_with("Max open files"));
    let files: usize = files.and_then(|line| line.split_whitespace().nth(3)?.parse().ok()).unwrap_or(1024);
    let count = (files.saturating_sub(400) / 2).min(3000);
    let mut idle: Vec<TcpStream> = Vec::new();
    for _ in 0..count {
        idle.push(TcpStream::connect(server.address).unwrap());
    }
    let begun = Instant::now();
    let answer = Ask::new(server.address, "GET", "/api/v1").send();
    assert_eq!(answer.status, 200, "with {count} idle connections");
    assert!(begun.elapsed() < ENDED_WITHIN, "with {count} idle connections it took {:?}", begun.elapsed());
    // They are closed by the server, all of them.
    for stream in &mut idle {
        stream.set_read_timeout(Some(ENDED_WITHIN)).unwrap();
        let mut rest = Vec::new();
        let read = stream.read_to_end(&mut rest);
        assert!(!matches!(&read, Err(error) if error.kind() == std::io::ErrorKind::WouldBlock), "it is still open");
    }
}
