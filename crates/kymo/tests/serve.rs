//! `kymo serve`, by requests as they are on the wire.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Stdio;
use support::{Home, Running};

/// A server of a made-up history, and its address.
struct Server {
    running: Running,
    address: String,
}

fn serve(home: &Home) -> Server {
    home.write("app/index.html", "<!doctype html>page");
    home.write("app/assets/app-1a2b.js", "let plain;");
    home.write("app/assets/app-1a2b.js.br", "BROTLI");
    home.write("app/assets/app-1a2b.js.gz", "GZIP");
    let args = ["serve", "--listen", "127.0.0.1:0", "--synthetic", "40x30", "--web-dir", "app", "--quiet"];
    let log = std::fs::File::create(home.path("log")).unwrap();
    let child = home.kymo(&args).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut running = Running::new(child);
    running.until_lines(&home.path("log"), 1);
    let said = std::fs::read_to_string(home.path("log")).unwrap();
    let address = said.strip_prefix("http://").and_then(|rest| rest.split('/').next());
    let address = address.unwrap_or_else(|| panic!("{said}")).to_owned();
    Server { running, address }
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended already cannot be ended again.
        let _ = self.running.child.kill();
        let _ = self.running.child.wait();
    }
}

/// What came back: the status line and the headers in lower case, and the body.
struct Answer {
    head: String,
    body: Vec<u8>,
}

impl Answer {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Server {
    /// Sends a request as it is written here.
    fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n").unwrap();
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let head = String::from_utf8_lossy(&bytes[..end]).replace('\r', "");
        let (status, rest) = head.split_once('\n').unwrap_or((&head, ""));
        Answer { head: format!("{status}\n{}", lowered(rest)), body: bytes[end + 4..].to_vec() }
    }

    fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }
}

fn lowered(headers: &str) -> String {
    headers
        .lines()
        .map(|line| match line.split_once(':') {
            Some((name, value)) => format!("{}:{value}\n", name.to_lowercase()),
            None => format!("{line}\n"),
        })
        .collect()
}

#[test]
fn pages_and_data_are_served_with_what_caches_and_browsers_need() {
    let home = Home::new();
    let server = serve(&home);
    let page = server.get("/");
    assert_eq!((page.status(), page.text().as_str()), ("200", "<!doctype html>page"));
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(page.header("cache-control"), Some("no-cache"));
    assert_eq!(page.header("x-content-type-options"), Some("nosniff"));
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains("default-src 'none'") && policy.contains("script-src 'self';"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    let head = server.get("/data/head.json");
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    let parsed: serde_json::Value = serde_json::from_slice(&head.body).unwrap();
    let catalog = server.get(&format!("/data/{}.kz", parsed["catalog"].as_str().unwrap()));
    assert_eq!(catalog.status(), "200");
    assert_eq!(catalog.header("cache-control"), Some("public, max-age=31536000, immutable"));
    assert_eq!(catalog.header("content-encoding"), None);
    assert_eq!(catalog.body[..2], [0x1f, 0x8b]);
    let tag = catalog.header("etag").unwrap();
    let path = format!("/data/{}.kz", parsed["catalog"].as_str().unwrap());
    let again = server.ask("GET", &path, &format!("If-None-Match: {tag}\r\n"));
    assert_eq!((again.status(), again.body.len()), ("304", 0));
    let only_head = server.ask("HEAD", &path, "");
    assert_eq!((only_head.status(), only_head.body.len()), ("200", 0));
    assert_eq!(only_head.header("content-length"), Some(catalog.body.len().to_string().as_str()));
}

#[test]
fn what_was_packed_beforehand_is_served_as_it_is() {
    let home = Home::new();
    let server = serve(&home);
    let path = "/assets/app-1a2b.js";
    for (accepted, encoding, body) in
        [("gzip, br", Some("br"), "BROTLI"), ("gzip", Some("gzip"), "GZIP"), ("", None, "let plain;")]
    {
        let answer = server.ask("GET", path, &format!("Accept-Encoding: {accepted}\r\n"));
        assert_eq!((answer.header("content-encoding"), answer.text().as_str()), (encoding, body));
        assert_eq!(answer.header("content-type"), Some("text/javascript; charset=utf-8"));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
    }
}

#[test]
fn nothing_but_the_site_can_be_had_and_nothing_changed() {
    let home = Home::new();
    home.write("secret.txt", "secret");
    let server = serve(&home);
    for path in [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/data/../../secret.txt",
        "//etc/passwd",
        "/.lock",
        "/data/.lock",
        "/data/",
        "/data",
        "/nothing",
        "/assets/..",
        "/data/head.json/x",
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status(), "404", "{path}: {}", answer.text());
        assert!(!answer.text().contains("secret"), "{path}");
    }
    for method in ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"] {
        let answer = server.ask(method, "/data/head.json", "Content-Length: 0\r\n");
        assert_eq!((answer.status(), answer.header("allow")), ("405", Some("GET, HEAD")), "{method}");
    }
}

#[test]
fn figures_and_health_can_be_asked() {
    let home = Home::new();
    let server = serve(&home);
    assert_eq!(server.get("/healthz").text(), "ok\n");
    let figures = server.get("/metrics");
    assert_eq!(figures.header("content-type"), Some("text/plain; version=0.0.4"));
    let text = figures.text();
    assert!(text.lines().filter(|line| line.starts_with("kymograph_value{")).count() >= 38, "{text}");
    assert!(text.contains("\nkymograph_runs 60\n"), "{text}");
    let open = server.ask("GET", "/metrics", "Accept: application/openmetrics-text; version=1.0.0\r\n");
    assert!(open.header("content-type").unwrap().starts_with("application/openmetrics-text"));
    assert!(open.text().ends_with("# EOF\n"));
}

#[test]
fn a_taken_port_is_said_and_signals_end_it() {
    let home = Home::new();
    for signal in ["INT", "TERM"] {
        let mut server = serve(&home);
        let args = ["serve", "--listen", &server.address, "--synthetic", "2x2", "--web-dir", "app", "--site-dir", "x"];
        let second = home.run(&args);
        assert_eq!(second.code, Some(2), "{second:?}");
        assert!(second.stderr.contains("is taken") && second.stderr.contains("--listen"), "{}", second.stderr);
        assert!(!home.path("x").exists(), "nothing is written before the port is had");
        server.running.signal(signal);
        assert_eq!(server.running.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}
