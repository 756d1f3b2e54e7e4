//! Servers for tests: plain threads that do exactly what a test says.

#![allow(dead_code, reason = "every test needs its part")]

use kymo_load::{
    ConnectionUse, Expect, HttpVersion, Io, Load, LoadError, LoadSpec, Profile, RequestSpec, Schedule, Segment,
    Waiting, run,
};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

/// What a server answers by default.
pub const HELLO: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello, World!";

/// A request for `/` of 64 bytes or so, at `rate` for `seconds`, over 16 connections of one thread, and no warm-up.
pub fn spec(address: SocketAddr, rate: f64, seconds: f64) -> LoadSpec {
    over(io(), address, rate, seconds)
}

fn over(io: Io, address: SocketAddr, rate: f64, seconds: f64) -> LoadSpec {
    LoadSpec {
        addresses: vec![address],
        authority: address.to_string(),
        tls: None,
        http: HttpVersion::Http1,
        requests: vec![get("/")],
        schedule: Schedule::Constant(flat(rate)),
        connections: 16,
        connection_use: ConnectionUse::KeepAlive,
        depth: 1,
        threads: 1,
        cpus: Vec::new(),
        waiting: Waiting::Sleep,
        io,
        warmup: Duration::ZERO,
        duration: Duration::from_secs_f64(seconds),
        drain: Duration::from_secs(10),
        timeout: Duration::from_secs(20),
        connect_timeout: Duration::from_secs(10),
        interval: Duration::from_millis(100),
        seed: 1,
    }
}

/// The programs `uring` and `uring_answers` run the tests of others over io_uring, where the kernel gives one.
fn io() -> Io {
    static WHICH: OnceLock<Io> = OnceLock::new();
    *WHICH.get_or_init(|| {
        if !env!("CARGO_CRATE_NAME").starts_with("uring") {
            return Io::Epoll;
        }
        let trial = over(Io::Uring, answering(|_| HELLO.to_vec()), 10.0, 0.1);
        match run(&trial, &mut (), &AtomicBool::new(false)) {
            Err(error @ LoadError::Unsupported(_)) => {
                eprintln!("skipped: {error}");
                Io::Epoll
            }
            _ => Io::Uring,
        }
    })
}

/// A GET of a path that takes any status below 400.
pub fn get(path: &str) -> RequestSpec {
    RequestSpec {
        weight: 1.0,
        method: "GET".to_owned(),
        path: path.to_owned(),
        headers: Vec::new(),
        body: Vec::new(),
        expect: Expect::default(),
    }
}

/// One rate for ever.
pub fn flat(rate: f64) -> Profile {
    Profile { segments: vec![Segment { from: rate, to: rate, duration: Duration::from_secs(1) }] }
}

/// Puts a load, and holds its counts to the identity that always holds.
pub fn put(spec: &LoadSpec) -> Load {
    let load = run(spec, &mut (), &AtomicBool::new(false)).unwrap();
    let requests = load.report.requests;
    let sum = requests.completed + requests.failed + requests.in_flight + requests.unsent;
    assert_eq!(requests.planned, sum, "{requests:?}");
    assert_eq!(load.report.response.count, requests.completed);
    assert_eq!(load.report.service.count, requests.completed);
    assert_eq!(load.report.censored.count, requests.in_flight + requests.unsent);
    assert_eq!(load.histograms.response.len(), requests.completed);
    load
}

/// A server that gives every connection to a thread of its own with the connection's number, from 0.
pub fn server(handle: impl Fn(TcpStream, usize) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let handle = Arc::new(handle);
    thread::spawn(move || {
        for (number, stream) in listener.incoming().flatten().enumerate() {
            let handle = Arc::clone(&handle);
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || handle(stream, number));
        }
    });
    address
}

/// A server that answers every request by what `answer` gives for it: the number of the request on its connection.
pub fn answering(answer: impl Fn(usize) -> Vec<u8> + Send + Sync + 'static) -> SocketAddr {
    server(move |mut stream, _| {
        let mut requests = Requests::default();
        let mut number = 0;
        while requests.next(&mut stream) {
            if stream.write_all(&answer(number)).is_err() {
                return;
            }
            number += 1;
        }
    })
}

/// Reads requests without bodies off a connection.
#[derive(Default)]
pub struct Requests {
    read: Vec<u8>,
}

impl Requests {
    /// Waits for a whole request; whether there was one.
    pub fn next(&mut self, stream: &mut impl Read) -> bool {
        self.next_path(stream).is_some()
    }

    /// How much was read beyond the last request's head; it is forgotten.
    pub fn take_rest(&mut self) -> usize {
        std::mem::take(&mut self.read).len()
    }

    /// Waits for a whole request, and gives its path.
    pub fn next_path(&mut self, stream: &mut impl Read) -> Option<String> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(end) = self.read.windows(4).position(|window| window == b"\r\n\r\n") {
                let head = String::from_utf8(self.read.drain(..end + 4).collect()).unwrap();
                return head.split(' ').nth(1).map(str::to_owned);
            }
            match stream.read(&mut buffer) {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.read.extend_from_slice(&buffer[..count]),
            }
        }
    }
}
