//! Requests as they are on the wire.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long an answer may take. It decides only how long a broken test takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A request.
#[derive(Clone, Debug)]
pub struct Ask {
    address: SocketAddr,
    method: String,
    path: String,
    headers: String,
    body: Vec<u8>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers, a line each, names in lower case.
    pub headers: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Ask {
    pub fn new(address: SocketAddr, method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        Self { address, method, path, headers: String::new(), body: Vec::new() }
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push_str(&format!("{name}: {value}\r\n"));
        self
    }

    pub fn json(self, value: &serde_json::Value) -> Self {
        self.header("Content-Type", "application/json").bytes(value.to_string())
    }

    pub fn bytes(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends it, and reads until the server closes.
    pub fn send(&self) -> Answer {
        let mut head = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.path);
        if !lowered(&self.headers).contains("host: ") {
            head.push_str("Host: kymo.test\r\n");
        }
        if !self.body.is_empty() || !matches!(self.method.as_str(), "GET" | "HEAD") {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        let mut bytes = format!("{head}{}\r\n", self.headers).into_bytes();
        bytes.extend(&self.body);
        self.raw(&bytes)
    }

    /// Sends these bytes in place of the request.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        // A server that refuses early need not read all.
        let _ = stream.write_all(bytes);
        Answer::read(&mut stream)
    }
}

impl Answer {
    /// Reads one until the other end closes.
    pub fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        // What was refused early may end in a reset behind the answer.
        let _ = stream.read_to_end(&mut bytes);
        Self::parsed(&bytes)
    }

    pub fn parsed(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer: {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8_lossy(&bytes[..end]).replace('\r', "");
        let (first, headers) = head.split_once('\n').unwrap_or((&head, ""));
        let status = first.split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lowered(headers);
        let mut body = bytes[end + 4..].to_vec();
        if headers.contains("transfer-encoding: chunked") {
            body = unchunked(&body);
        }
        Self { status, headers, body }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The name of the problem that it is.
    pub fn problem(&self) -> String {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{self:?}");
        let value = self.value();
        assert_eq!(value["status"], self.status, "{value}");
        assert!(value["title"].is_string() && value["detail"].is_string(), "{value}");
        value["type"].as_str().unwrap().strip_prefix("/api/v1/problems/").unwrap().to_owned()
    }
}

fn unchunked(mut bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        if size == 0 {
            break;
        }
        out.extend(&bytes[end + 2..end + 2 + size]);
        bytes = &bytes[end + 4 + size..];
    }
    out
}

/// Headers with their names in lower case.
fn lowered(headers: &str) -> String {
    let line = |line: &str| match line.split_once(':') {
        Some((name, value)) => format!("{}:{value}\n", name.to_lowercase()),
        None => format!("{line}\n"),
    };
    headers.lines().map(line).collect()
}
