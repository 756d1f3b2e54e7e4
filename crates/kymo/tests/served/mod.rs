//! A worker that is asked to serve, by lines of its protocol, and requests to its server.

use crate::support::{Home, bin};
use kymo_model::{ModuleHash, ModuleKind, Outcome, Region};
use kymo_worker::protocol::{Failure, Hello, Open, Request, Response, Serve, Served, Serving};
use sha2::{Digest, Sha256};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A worker that is talked with.
pub struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// What it said of itself.
    pub hello: Hello,
}

/// What is opened.
pub struct Module<'a> {
    pub path: &'a Path,
    pub kind: ModuleKind,
    pub strategy: &'a str,
    pub settings: &'a [(&'a str, &'a str)],
}

impl Worker {
    /// Starts a worker, as the harness does.
    pub fn start(name: &str, strategy: &str, settings: &[(&str, &str)]) -> Self {
        let mut command = Command::new(bin().join(format!("kymo-worker-{name}")));
        command.args(["--strategy", strategy]);
        for (name, value) in settings {
            command.arg("--setting").arg(format!("{name}={value}"));
        }
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, mut output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        let Response::Hello(hello) = answer(&mut output) else { panic!("no hello") };
        Self { child, input, output, hello }
    }

    /// Starts a worker and opens a module in it.
    pub fn opened(home: &Home, name: &str, module: &Module<'_>) -> Self {
        let mut worker = Self::start(name, module.strategy, module.settings);
        match worker.ask(&open(home, module)) {
            Response::Opened(_) => worker,
            other => panic!("{other:?}"),
        }
    }

    /// Asks, and returns the answer.
    pub fn ask(&mut self, request: &Request) -> Response {
        writeln!(self.input, "{}", serde_json::to_string(request).unwrap()).unwrap();
        answer(&mut self.output)
    }

    /// Starts the server, which must work, and returns its address.
    pub fn serve(&mut self) -> String {
        match self.try_serve("127.0.0.1:0") {
            Ok(address) => address,
            Err(failure) => panic!("{failure:?}"),
        }
    }

    /// Starts the server at an address.
    pub fn try_serve(&mut self, address: &str) -> Result<String, Failure> {
        self.try_test(address, "plaintext")
    }

    /// Starts the server for a test.
    pub fn try_test(&mut self, address: &str, test: &str) -> Result<String, Failure> {
        match self.ask(&Request::Serve(Serve { address: address.to_owned(), test: test.to_owned() })) {
            Response::Serving(Serving { address }) => Ok(address),
            Response::Failure(failure) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Stops the server.
    pub fn stop(&mut self) -> Result<Served, Failure> {
        match self.ask(&Request::Stop) {
            Response::Served(served) => Ok(served),
            Response::Failure(failure) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Closes the conversation; the worker must end cleanly.
    pub fn close(mut self) {
        writeln!(self.input, "{}", serde_json::to_string(&Request::Close).unwrap()).unwrap();
        assert!(self.child.wait().unwrap().success());
    }
}

fn answer(output: &mut impl BufRead) -> Response {
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error} in {line:?}"))
}

/// A worker that a failed test leaves behind goes with it.
impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The request that opens a module.
pub fn open(home: &Home, module: &Module<'_>) -> Request {
    let bytes = std::fs::read(module.path).unwrap();
    let text = |name: &str| home.path(name).to_string_lossy().into_owned();
    let settings = module.settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    Request::Open(Open {
        module: module.path.to_string_lossy().into_owned(),
        sha256: ModuleHash::from_bytes(Sha256::digest(&bytes).into()),
        kind: module.kind,
        strategy: module.strategy.to_owned(),
        settings: settings.collect(),
        region: Region::Start,
        args: Vec::new(),
        env: Default::default(),
        stdin: None,
        dirs: Vec::new(),
        stdout: text("stdout"),
        stderr: text("stderr"),
        native: None,
        output_varies: false,
    })
}

/// A connection to a server.
pub struct Client(TcpStream);

impl Client {
    /// Connects.
    pub fn new(address: &str) -> Self {
        Self(TcpStream::connect(address).unwrap())
    }

    /// Connects, if anybody is there.
    pub fn try_new(address: &str) -> Option<Self> {
        TcpStream::connect(address).ok().map(Self)
    }

    /// Sends a request and returns the answer, its head and its body; nothing where the connection ended instead.
    pub fn get(&mut self, path: &str) -> Option<(String, String)> {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
        self.0.write_all(request.as_bytes()).ok()?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            self.0.read_exact(&mut byte).ok()?;
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap()];
        self.0.read_exact(&mut body).unwrap();
        Some((head, String::from_utf8(body).unwrap()))
    }
}

/// What a failure says.
pub fn reason(failure: &Failure) -> String {
    match &failure.outcome {
        Outcome::Unsupported { feature } => format!("unsupported: {feature}"),
        other => format!("{}: {}", other.name(), other.reason()),
    }
}
