//! A small HTTP/1.1 server: a thread for each connection, and nothing that is not asked of it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the connections share.
struct Shared {
    head: String,
    body: String,
    delay: Duration,
    /// Held while a request is served, where they are served one at a time.
    turn: Option<Mutex<()>>,
    requests: Mutex<Vec<String>>,
}

/// A server on a port of its own, until the test's process ends.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    /// Gives this answer after this delay, to any number of requests at a time.
    pub fn answering(head: &str, body: &str, delay: Duration) -> Self {
        Self::start(head, body, delay, None)
    }

    /// Serves one request at a time, each for so long.
    pub fn one_at_a_time(service: Duration) -> Self {
        Self::start("200 OK", "x", service, Some(Mutex::new(())))
    }

    fn start(head: &str, body: &str, delay: Duration, turn: Option<Mutex<()>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (head, body, requests) = (head.to_owned(), body.to_owned(), Mutex::new(Vec::new()));
        let shared = Arc::new(Shared { head, body, delay, turn, requests });
        let of_listener = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&of_listener);
                // Whoever goes away has his reasons.
                std::thread::spawn(move || drop(serve(&stream, &shared)));
            }
        });
        Self { address, shared }
    }

    /// A URL of it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The heads of all requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }
}

fn serve(stream: &TcpStream, shared: &Shared) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    loop {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line)? == 0 {
                return Ok(());
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap_or(0);
            }
            if line.trim().is_empty() {
                break;
            }
            head.push_str(&line);
        }
        std::io::copy(&mut (&mut reader).take(length), &mut std::io::sink())?;
        shared.requests.lock().unwrap().push(head);
        let turn = shared.turn.as_ref().map(|turn| turn.lock().unwrap());
        if !shared.delay.is_zero() {
            std::thread::sleep(shared.delay);
        }
        drop(turn);
        let (status, body) = (&shared.head, &shared.body);
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        (&mut &*stream).write_all(answer.as_bytes())?;
    }
}

/// Reads base64, as logs of histograms have it (RFC 4648, 4).
pub fn base64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'+' => 62,
        _ => 63,
    };
    let (mut bytes, mut bits, mut kept) = (Vec::new(), 0_u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        bits = (bits << 6) | u32::from(value(letter));
        kept += 6;
        if kept >= 8 {
            kept -= 8;
            bytes.push((bits >> kept) as u8);
        }
    }
    bytes
}
