//! System calls for each request, counted by strace in an invocation of its own: near-integers, immune to noise.

use super::load;
use kymo_load::{LoadSpec, Schedule};
use kymo_measure::process::Tree;
use kymo_measure::root::Root;
use kymo_model::Outcome;
use kymo_worker::parent::ServingOrder;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How long requests are sent, one after the other on one connection: some thousand, traced.
const DURATION: Duration = Duration::from_secs(1);

/// System calls that are named: those that make up most.
const NAMED: usize = 8;

/// Calls that are seldomer than once in a hundred requests are not named.
const SELDOM: f64 = 0.01;

/// What was counted.
pub(super) struct Counted {
    pub(super) per_request: f64,
    pub(super) notes: Vec<String>,
}

/// Counts the system calls of the tree of `pid` for each of some thousand requests.
///
/// # Errors
/// `unsupported` where strace is not there or may not trace.
pub(super) fn count(
    pid: u32,
    address: SocketAddr,
    asked: &ServingOrder,
    scratch: &Path,
    interrupt: &AtomicBool,
) -> Result<Counted, Outcome> {
    let unsupported = |why: String| Outcome::Unsupported { feature: format!("counting system calls ({why})") };
    let out = scratch.join("strace");
    let tracer = Tracer::attach(pid, &out).map_err(unsupported)?;
    let spec = LoadSpec { connections: 1, depth: 1, threads: 1, duration: DURATION, ..load::spec(address, asked) };
    let loaded = load::run(&LoadSpec { schedule: Schedule::Closed, ..spec }, interrupt);
    let table = tracer.detach(&out).map_err(unsupported)?;
    let requests = loaded?.report.requests;
    let answers = requests.completed + requests.failed;
    if answers == 0 {
        return Err(Outcome::Failed { message: "no request was answered while system calls were counted".to_owned() });
    }
    let mut calls = calls(&table);
    calls.sort_by(|(a, m), (b, n)| n.cmp(m).then_with(|| a.cmp(b)));
    let total: u64 = calls.iter().map(|(_, count)| count).sum();
    let each = |count: u64| count as f64 / answers as f64;
    let often = calls.iter().filter(|(_, count)| each(*count) >= SELDOM);
    let named: Vec<String> = often.take(NAMED).map(|(name, count)| format!("{name} {:.2}", each(*count))).collect();
    let notes = vec![format!("system calls of an answer, over {answers}: {}", named.join(", "))];
    Ok(Counted { per_request: each(total), notes })
}

/// A running strace.
struct Tracer {
    child: Child,
}

impl Tracer {
    fn attach(pid: u32, out: &Path) -> Result<Self, String> {
        let mut tree = Tree::new(Root::live(), pid);
        let mut command = Command::new("strace");
        command.args(["-f", "-c", "-U", "name,calls", "-o"]).arg(out);
        for member in tree.members() {
            command.args(["-p", &member.to_string()]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "strace is not installed; on Debian: apt-get install strace".to_owned(),
            _ => format!("cannot start strace: {error}"),
        })?;
        let errors = child.stderr.take().ok_or("strace has no standard error")?;
        let mut lines = BufReader::new(errors).lines();
        let first = lines.next().and_then(Result::ok).unwrap_or_default();
        if !first.contains("attached") {
            let _ = child.kill();
            let _ = child.wait();
            return Err(if first.is_empty() { "strace ended at once".to_owned() } else { first });
        }
        // What it says further is read away, so that it never waits for a reader.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child })
    }

    fn detach(mut self, out: &Path) -> Result<String, String> {
        kymo_worker::parent::interrupt(self.child.id()).map_err(|error| format!("cannot stop strace: {error}"))?;
        self.child.wait().map_err(|error| format!("strace: {error}"))?;
        std::fs::read_to_string(out).map_err(|error| format!("strace wrote no table: {error}"))
    }
}

impl Drop for Tracer {
    fn drop(&mut self) {
        // Where it has ended already there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The calls in a table of `strace -c -U name,calls`: lines of a name and a number, between rules and a total.
fn calls(table: &str) -> Vec<(String, u64)> {
    let line = |line: &str| {
        let mut words = line.split_ascii_whitespace();
        let (name, count) = (words.next()?, words.next()?.parse().ok()?);
        (name != "total").then(|| (name.to_owned(), count))
    };
    table.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn tables_of_strace_are_read() {
        let table = "syscall                calls\n---------------- ---------\nepoll_wait            1003\nwritev                1000\n---------------- ---------\ntotal                 2003\n";
        assert_eq!(super::calls(table), [("epoll_wait".to_owned(), 1003), ("writev".to_owned(), 1000)]);
        assert!(super::calls("").is_empty());
    }
}
