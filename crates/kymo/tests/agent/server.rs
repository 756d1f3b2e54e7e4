//! A made-up server: what an agent asks, over real HTTP, with every fault that a network and a server have.

use kymo_model::watch::{
    EndRequest, EndResponse, Granted, Heartbeat, HeartbeatAnswer, JobEnd, JobId, LeaseId, LeaseRequest, Order,
    ProjectPolicy, UploadState,
};
use kymo_model::{Run, RunId, Seconds};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// The token that the server knows.
pub const TOKEN: &str = "kymoagent_test_0123456789";

/// What goes wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The connection is closed before anything is done.
    Dropped,
    /// It is done, and the connection is closed before the answer.
    Unanswered,
    /// The server fails.
    Status(u16),
    /// It is done, and something else answers in the server's place.
    Garbage,
    /// It is done, and half of the answer comes.
    Half,
    /// It is done after a while.
    Slow,
}

/// What the server knows.
#[derive(Default)]
pub struct State {
    /// Jobs that wait.
    pub queue: Vec<Order>,
    /// The job that is out, and its lease.
    pub out: Option<(Order, LeaseId)>,
    /// Leases that were answered, with what was said.
    pub ended: BTreeMap<String, (EndRequest, EndResponse)>,
    /// Run documents that were filed, in order.
    pub filed: Vec<Run>,
    /// How each job ended, as often as it did.
    pub ends: Vec<(JobId, JobEnd)>,
    /// Uploads: bytes so far, and how many there will be.
    pub uploads: BTreeMap<String, (Vec<u8>, usize)>,
    /// The log of the jobs.
    pub log: String,
    /// Heartbeats.
    pub beats: Vec<Heartbeat>,
    /// Wishes for a job.
    pub wishes: Vec<LeaseRequest>,
    /// Whether the job that is out is called off.
    pub cancelled: bool,
    /// Leases given so far.
    pub leases: u32,
    /// What goes wrong with the first requests of each kind, one after the other.
    pub faults: Vec<Fault>,
    /// Requests of each kind so far.
    pub kinds: BTreeMap<&'static str, usize>,
    /// The status that every request gets.
    pub always: Option<u16>,
}

/// The server.
pub struct Server {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    stop: Arc<AtomicBool>,
}

impl Server {
    /// Starts one.
    pub fn start() -> Self {
        Self::on("127.0.0.1:0".parse().unwrap(), Arc::default())
    }

    /// One at this address that knows this.
    pub fn on(address: SocketAddr, state: Arc<Mutex<State>>) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let (shared, ends) = (Arc::clone(&state), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if ends.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { address, state, stop }
    }

    /// Goes away; what it knows is kept for the next one.
    pub fn away(self) -> (SocketAddr, Arc<Mutex<State>>) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        (self.address, Arc::clone(&self.state))
    }

    /// Its address.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it knows.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Adds a job.
    pub fn add(&self, commit: &str, policy: &ProjectPolicy) -> JobId {
        let mut state = self.state();
        let job = JobId(state.queue.len() as u64 + state.ends.len() as u64 + 1);
        let commit = commit.parse().unwrap();
        state.queue.push(Order { job, commit, tier: "smoke".into(), policy: policy.clone(), attempt: 1 });
        job
    }
}

fn serve(shared: &Mutex<State>, mut stream: TcpStream) {
    let Some((head, body)) = read(&mut stream) else { return };
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut state = shared.lock().unwrap();
    let fault = state.fault(method, target);
    if fault == Fault::Dropped {
        return;
    }
    let authorized = head.lines().any(|line| line.eq_ignore_ascii_case(&format!("authorization: Bearer {TOKEN}")));
    let (status, answer) = match (fault, state.always) {
        (Fault::Status(status), _) | (_, Some(status)) => (status, br#"{"title":"Not now"}"#.to_vec()),
        _ if !authorized => (401, br#"{"title":"Unauthorized","detail":"the token was revoked"}"#.to_vec()),
        _ => state.answer(method, target.trim_start_matches("/api/v1/agent"), &body),
    };
    drop(state);
    match fault {
        Fault::Unanswered => return,
        Fault::Slow => std::thread::sleep(Duration::from_millis(300)),
        _ => {}
    }
    let body = if fault == Fault::Garbage { b"<html>proxy</html>".to_vec() } else { answer };
    let head = format!("HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
    let whole = [head.as_bytes(), &body].concat();
    let sent = if fault == Fault::Half { &whole[..whole.len().saturating_sub(body.len() / 2 + 1)] } else { &whole };
    let _ = stream.write_all(sent);
}

fn read(stream: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

type Answer = (u16, Vec<u8>);

fn good(document: &impl serde::Serialize) -> Answer {
    (200, serde_json::to_vec(document).unwrap())
}

fn gone() -> Answer {
    (409, br#"{"title":"The lease is gone for good"}"#.to_vec())
}

impl State {
    /// What goes wrong with this request.
    fn fault(&mut self, method: &str, target: &str) -> Fault {
        let path = target.split('?').next().unwrap_or_default();
        let kind = match path.rsplit('/').next() {
            Some("lease") => "lease",
            Some("heartbeat") => "heartbeat",
            Some("end") => "end",
            _ if method == "PUT" => "put",
            _ => "state",
        };
        let count = self.kinds.entry(kind).or_default();
        *count += 1;
        self.faults.get(*count - 1).copied().unwrap_or(Fault::None)
    }

    fn answer(&mut self, method: &str, path: &str, body: &[u8]) -> Answer {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match (method, parts.as_slice()) {
            ("POST", ["lease"]) => self.lease(&serde_json::from_slice(body).unwrap()),
            ("POST", ["leases", lease, "heartbeat"]) => self.beat(lease, serde_json::from_slice(body).unwrap()),
            ("POST", ["leases", lease, "end"]) => self.end(lease, serde_json::from_slice(body).unwrap()),
            ("GET", ["uploads", sha256]) => good(&self.upload(sha256)),
            ("PUT", ["uploads", sha256]) => self.put(sha256, query, body),
            _ => (404, b"{}".to_vec()),
        }
    }

    fn lease(&mut self, request: &LeaseRequest) -> Answer {
        self.wishes.push(request.clone());
        let known = |job: &JobId, lease: &LeaseId, out: &Option<(Order, LeaseId)>| {
            out.as_ref().is_some_and(|(order, held)| order.job == *job && held == lease)
        };
        let session = |wish: &LeaseRequest| wish.report.session.clone();
        let again = match (&request.resume, &self.out) {
            (Some((job, lease)), out) if known(job, lease, out) => true,
            // The answer that gave it was lost: the same agent gets the same job.
            (None, Some(_)) => {
                self.wishes.iter().rev().nth(1).is_some_and(|before| session(before) == session(request))
            }
            _ => false,
        };
        if self.out.is_some() && !again {
            return (409, br#"{"title":"Another agent with the same token is at work"}"#.to_vec());
        }
        if !again {
            if !request.report.paused_because.is_empty() || self.queue.is_empty() {
                return (204, Vec::new());
            }
            let order = self.queue.remove(0);
            self.out = Some((order, LeaseId(String::new())));
        }
        self.leases += 1;
        let (order, lease) = self.out.as_mut().unwrap();
        *lease = LeaseId(format!("lease-{}", self.leases));
        good(&Granted { lease: lease.clone(), order: order.clone(), expires_in: Seconds::new(3.0) })
    }

    fn holds(&self, lease: &str) -> bool {
        self.out.as_ref().is_some_and(|(_, held)| held.0 == lease)
    }

    fn beat(&mut self, lease: &str, beat: Heartbeat) -> Answer {
        if !self.holds(lease) {
            return gone();
        }
        self.take_log(beat.log.as_ref());
        self.beats.push(beat);
        let log_offset = self.log.len() as u64;
        good(&HeartbeatAnswer { expires_in: Seconds::new(3.0), cancelled: self.cancelled, log_offset })
    }

    fn take_log(&mut self, piece: Option<&kymo_model::watch::LogPiece>) {
        if let Some(piece) = piece {
            let known = (self.log.len() as u64).saturating_sub(piece.offset) as usize;
            self.log.push_str(piece.text.get(known..).unwrap_or_default());
        }
    }

    fn upload(&self, sha256: &str) -> UploadState {
        let there = self.uploads.get(sha256);
        let complete = there.is_some_and(|(bytes, size)| bytes.len() == *size);
        UploadState { offset: there.map_or(0, |(bytes, _)| bytes.len() as u64), complete }
    }

    fn put(&mut self, sha256: &str, query: &str, body: &[u8]) -> Answer {
        let number = |name: &str| {
            let found = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
            found.unwrap().parse::<usize>().unwrap()
        };
        let (bytes, size) = self.uploads.entry(sha256.to_owned()).or_default();
        *size = number("size");
        if number("offset") != bytes.len() {
            return (409, serde_json::to_vec(&self.upload(sha256)).unwrap());
        }
        bytes.extend_from_slice(body);
        if bytes.len() == *size {
            let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(digest, sha256, "what was sent is not what was said");
        }
        good(&self.upload(sha256))
    }

    fn end(&mut self, lease: &str, request: EndRequest) -> Answer {
        if let Some((before, response)) = self.ended.get(lease) {
            return if *before == request { good(response) } else { gone() };
        }
        if !self.holds(lease) {
            return gone();
        }
        let (order, _) = self.out.take().unwrap();
        self.take_log(request.log.as_ref());
        let mut runs: Vec<RunId> = Vec::new();
        for sha256 in &request.results {
            assert!(self.upload(sha256).complete, "the end came before its results");
            let (bytes, _) = self.uploads.remove(sha256).unwrap();
            let run: Run = serde_json::from_reader(flate2::read::GzDecoder::new(&bytes[..])).unwrap();
            runs.push(run.id.clone());
            self.filed.push(run);
        }
        self.ends.push((order.job, request.end.clone()));
        let response = EndResponse { runs, end: request.end.clone() };
        self.ended.insert(lease.to_owned(), (request, response.clone()));
        good(&response)
    }
}
