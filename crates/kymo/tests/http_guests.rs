//! The programs of the suite `http`, run by Wasmtime's worker: what they answer, also to clients that are slow, wrong,
//! many, or gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[allow(dead_code, reason = "this file uses a part of it")]
mod served;
mod support;

use kymo_model::ModuleKind;
use served::{Client, Module, Worker};
use std::io::{Read, Write};
use std::net::TcpStream;
use support::{Home, repository};

const SERVERS: [&str; 3] = ["bespoke", "asyncify", "wasmfx"];
const PLAINTEXT: &str = "GET /plaintext HTTP/1.1\r\nHost: localhost\r\n\r\n";
const JSON: &str = "GET /json HTTP/1.1\r\nHost: localhost\r\n\r\n";
const ROOT: &str = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
const HELLO: &str = "Hello, World!";
/// As many bytes as the talk's page.
const PAGE_BYTES: usize = 2054;

/// A connection on which anything can be said.
struct Wire {
    stream: TcpStream,
    /// What has come and was not read.
    rest: Vec<u8>,
}

impl Wire {
    fn new(address: &str) -> Self {
        Self { stream: TcpStream::connect(address).unwrap(), rest: Vec::new() }
    }

    fn say(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    fn more(&mut self) {
        let mut bytes = [0; 65536];
        let count = self.stream.read(&mut bytes).unwrap();
        assert_ne!(count, 0, "the connection ended after {:?}", String::from_utf8_lossy(&self.rest));
        self.rest.extend_from_slice(&bytes[..count]);
    }

    /// The next answer: its head and its body.
    fn answer(&mut self) -> (String, String) {
        let head = self.head();
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: ")).unwrap().parse().unwrap();
        while self.rest.len() < length {
            self.more();
        }
        let body = self.rest.drain(..length).collect();
        (head, String::from_utf8(body).unwrap())
    }

    fn head(&mut self) -> String {
        loop {
            if let Some(end) = self.rest.windows(4).position(|four| four == b"\r\n\r\n") {
                return String::from_utf8(self.rest.drain(..end + 4).collect()).unwrap();
            }
            self.more();
        }
    }

    /// Whether nothing more comes.
    fn has_ended(&mut self) -> bool {
        self.rest.is_empty() && !matches!(self.stream.read(&mut [0]), Ok(1))
    }
}

/// Has a program of the suite serve, and sees that it ends well.
fn served(name: &str, kind: ModuleKind, test: impl FnOnce(&str)) {
    served_with(name, kind, &[], test);
}

fn served_with(name: &str, kind: ModuleKind, settings: &[(&str, &str)], test: impl FnOnce(&str)) {
    let home = Home::new();
    let path = repository().join(format!("suites/http/bin/{name}.wasm"));
    let module = Module { path: &path, kind, strategy: "cranelift", settings };
    let mut worker = Worker::opened(&home, "wasmtime", &module);
    let address = worker.serve();
    test(&address);
    let served = worker.stop().unwrap();
    assert_eq!((served.failed, served.messages.as_slice()), (0, &[][..]), "{name}");
    worker.close();
}

/// However it is found out which sockets are ready, the servers do the same.
fn each_server(test: fn(&str)) {
    for how in ["poll", "epoll"] {
        for server in SERVERS {
            served_with(server, ModuleKind::Core, &[("socket-poll", how)], test);
        }
    }
}

#[test]
fn servers_answer_what_comes_together_in_order() {
    each_server(|address| {
        let mut wire = Wire::new(address);
        wire.say(&[PLAINTEXT, JSON, ROOT].concat().repeat(50));
        for _ in 0..50 {
            let (head, body) = wire.answer();
            assert!(head.starts_with("HTTP/1.1 200 OK\r\nServer: kymograph\r\nDate: "), "{head}");
            assert!(head.contains(" GMT\r\nContent-Type: text/plain\r\n"), "{head}");
            assert_eq!(body, HELLO);
            let (head, body) = wire.answer();
            assert!(head.contains(" GMT\r\nContent-Type: application/json\r\nContent-Length: 27\r\n"), "{head}");
            assert_eq!(body, r#"{"message":"Hello, World!"}"#);
            assert_eq!(wire.answer().1.len(), PAGE_BYTES);
        }
    });
}

#[test]
fn servers_send_on_what_a_slow_client_had_no_room_for() {
    const REQUESTS: usize = 4000;
    each_server(|address| {
        let mut wire = Wire::new(address);
        let mut asking = wire.stream.try_clone().unwrap();
        // More than fits into all buffers on the way: the server waits in the middle of an answer.
        let asks = std::thread::spawn(move || asking.write_all(ROOT.repeat(REQUESTS).as_bytes()).unwrap());
        let mut other = Wire::new(address);
        other.say(PLAINTEXT);
        assert_eq!(other.answer().1, HELLO, "others are served meanwhile");
        for _ in 0..REQUESTS {
            assert_eq!(wire.answer().1.len(), PAGE_BYTES);
        }
        asks.join().unwrap();
    });
}

#[test]
fn servers_understand_requests_in_pieces_with_bodies_and_of_old_clients() {
    each_server(|address| {
        let mut wire = Wire::new(address);
        for byte in PLAINTEXT.chars() {
            wire.say(&byte.to_string());
        }
        assert_eq!(wire.answer().1, HELLO);
        wire.say(&format!("POST / HTTP/1.1\r\ncontent-LENGTH: 20000\r\n\r\n{}{PLAINTEXT}", "z".repeat(20000)));
        assert!(wire.answer().0.starts_with("HTTP/1.1 501 "));
        assert_eq!(wire.answer().1, HELLO);
        wire.say(&format!("HEAD / HTTP/1.1\r\n\r\n{PLAINTEXT}"));
        assert!(wire.head().contains("\r\nContent-Length: 2054\r\n"));
        assert_eq!(wire.answer().1, HELLO);
        wire.say(&format!("GET /nothing HTTP/1.1\r\n\r\n{}", PLAINTEXT.replace(" HTTP", "?a=b HTTP")));
        assert!(wire.answer().0.starts_with("HTTP/1.1 404 "));
        assert_eq!(wire.answer().1, HELLO);
        wire.say("GET /plaintext HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
        assert!(wire.answer().0.ends_with("\r\nConnection: keep-alive\r\n\r\n"));
        wire.say("GET /plaintext HTTP/1.0\r\n\r\n");
        assert!(wire.answer().0.ends_with("\r\nConnection: close\r\n\r\n"));
        assert!(wire.has_ended());
    });
}

#[test]
fn servers_refuse_what_is_no_request() {
    let long = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(9000));
    let refused = [
        ("nonsense\r\n\r\n", "400"),
        ("\r\n\r\n", "400"),
        ("GET / HTTP/2.0\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nno colon\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nContent-Length: 5x\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nContent-Length:\r\n\r\n", "400"),
        ("GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n", "413"),
        (&long, "431"),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", "501"),
    ];
    for server in SERVERS {
        served(server, ModuleKind::Core, |address| {
            for (request, status) in refused {
                let mut wire = Wire::new(address);
                wire.say(request);
                let (head, _) = wire.answer();
                assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{server}: {request:?}: {head}");
                assert!(head.ends_with("\r\nConnection: close\r\n\r\n"), "{head}");
                assert!(wire.has_ended(), "{server}: {request:?}");
            }
        });
    }
}

#[test]
fn connections_that_end_do_not_hurt_others() {
    const CONNECTIONS: usize = 200;
    each_server(|address| {
        let mut wires: Vec<Wire> = (0..CONNECTIONS).map(|_| Wire::new(address)).collect();
        for round in 0..4 {
            for wire in &mut wires {
                wire.say(PLAINTEXT);
            }
            // Some are gone before they are answered, in another order each time; new ones come instead.
            for at in (round..CONNECTIONS).step_by(3 + round) {
                wires[at] = Wire::new(address);
                wires[at].say(ROOT);
            }
            for (at, wire) in wires.iter_mut().enumerate() {
                let expected = if at >= round && (at - round) % (3 + round) == 0 { PAGE_BYTES } else { HELLO.len() };
                assert_eq!(wire.answer().1.len(), expected);
            }
        }
        // More of them than there are at a time: what one leaves, another uses.
        for _ in 0..CONNECTIONS {
            assert_eq!(Client::new(address).get("/plaintext").unwrap().1, HELLO);
        }
    });
}

#[test]
fn components_answer_the_tests() {
    served("smallest", ModuleKind::Component, |address| {
        let (head, body) = Client::new(address).get("/plaintext").unwrap();
        let head = head.to_lowercase();
        assert!(
            head.contains("\r\nserver: kymograph\r\n") && head.contains("\r\ncontent-type: text/plain\r\n"),
            "{head}"
        );
        assert_eq!(body, HELLO);
    });
    served("c", ModuleKind::Component, |address| {
        let mut client = Client::new(address);
        assert_eq!(client.get("/plaintext?x").unwrap().1, HELLO);
        let (head, body) = client.get("/json").unwrap();
        assert!(head.to_lowercase().contains("\r\ncontent-type: application/json\r\n"), "{head}");
        assert_eq!(body, r#"{"message":"Hello, World!"}"#);
        assert!(client.get("/db").unwrap().0.starts_with("HTTP/1.1 404 "), "it is the one without a database");
    });
}

#[test]
fn a_component_without_its_database_says_so() {
    served("c-database", ModuleKind::Component, |address| {
        let mut client = Client::new(address);
        assert_eq!(client.get("/plaintext").unwrap().1, HELLO);
        for path in ["/db", "/fortunes"] {
            let (head, body) = client.get(path).unwrap();
            assert!(head.starts_with("HTTP/1.1 500 "), "{head}");
            assert_eq!(body, "KYMO_POSTGRES is not set: it is the database's address, as 127.0.0.1:5432\n");
        }
    });
}
