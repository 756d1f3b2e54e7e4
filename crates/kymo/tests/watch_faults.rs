//! The watch when the world around it misbehaves: wall clocks that jump, and a network that is cut between the agent
//! and the server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod support;

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use support::tracker::{MOMENTS_MS, PROJECT, Tracker, commits, is_able, is_ended, is_whole, request, state};
use support::{Home, Repository};

const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3600;

/// How far the wall clock is off after each of the moments, in seconds: a day ahead, right again, a day behind, an hour
/// ahead, and from one to the other without being right between.
const OFF_S: [i64; MOMENTS_MS.len()] = [DAY_S, 0, -DAY_S, HOUR_S, 0, -DAY_S, DAY_S, -HOUR_S, DAY_S, 0];

/// A wall clock that the test sets, for programs that are started in it.
struct Clock {
    library: PathBuf,
    file: PathBuf,
}

impl Clock {
    /// A clock that is right; where there can be none, one line says why.
    fn new(home: &Home) -> Option<Self> {
        let Some(library) = faketime() else {
            eprintln!("skipped: clocks are set by libfaketime, which is not there");
            return None;
        };
        let clock = Self { library, file: home.path("clock") };
        clock.set(0);
        Some(clock)
    }

    /// Sets it so many seconds off.
    fn set(&self, off_s: i64) {
        // In one step: a program that reads half a file would see another time.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{off_s:+}\n")).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }

    /// What starts a program in it. Timers of the kernel and the time since boot stay as they are, and so do the times
    /// of files, as when a person sets a clock.
    fn within(&self) -> Vec<String> {
        // The library leaves files in /dev/shm when its program is killed: it gets one that goes with the program.
        let private = "mount -t tmpfs tmpfs /dev/shm && exec env \"$@\"";
        let mut within =
            ["unshare", "--mount", "--propagation", "private", "sh", "-c", private, "sh"].map(str::to_owned).to_vec();
        within.push(format!("LD_PRELOAD={}", self.library.display()));
        within.push(format!("FAKETIME_TIMESTAMP_FILE={}", self.file.display()));
        within.extend(["FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1", "NO_FAKE_STAT=1"].map(str::to_owned));
        within
    }

    /// Whether a process was started in it.
    fn is_of(&self, process: u32) -> bool {
        let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
        maps.contains(self.library.canonicalize().unwrap().to_str().unwrap())
    }
}

/// The library, where Debian has it.
fn faketime() -> Option<PathBuf> {
    let folders = std::fs::read_dir("/usr/lib").ok()?.flatten().map(|entry| entry.path());
    folders.map(|folder| folder.join("faketime/libfaketime.so.1")).find(|path| path.exists())
}

/// The day that the server takes for today, as its answers say.
fn day_of(tracker: &Tracker<'_>) -> String {
    use std::io::{Read, Write};
    let url = tracker.url();
    let mut stream = std::net::TcpStream::connect(url.trim_start_matches("http://")).unwrap();
    stream.write_all(b"GET /api/v1/openapi.json HTTP/1.0\r\nhost: kymo\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let date = answer.lines().find_map(|line| line.strip_prefix("date: ")).unwrap_or_else(|| panic!("{answer:.500}"));
    // As in "Sun, 22 Nov 2026 23:45:00 GMT".
    date.chars().take("Sun, 22 Nov 2026".len()).collect()
}

/// A build that fails where anything of the agent's clock comes into the sandbox.
fn project_of_right_time() -> String {
    let seen = PROJECT.replace("test -f work.sh", "test -z \\\"$LD_PRELOAD$FAKETIME_TIMESTAMP_FILE\\\"");
    assert_ne!(seen, PROJECT);
    seen
}

/// Whose clock jumps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Server,
    Agent,
}

fn clock_jumps_lose_and_repeat_nothing(whose: Whose) {
    if !is_able() {
        return;
    }
    let home = Home::new();
    let Some(clock) = Clock::new(&home) else { return };
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, home.path("kymo.db").to_str().unwrap());
    tracker.write_project(&project_of_right_time());
    let commits = commits(&repository, 4);
    match whose {
        Whose::Server => tracker.server_within(clock.within()),
        Whose::Agent => tracker.agent_within(clock.within()),
    }
    tracker.start_server();
    let today = day_of(&tracker);
    let jobs = request(&tracker, &commits);
    tracker.start_agent();
    for (moment, off_s) in MOMENTS_MS.into_iter().zip(OFF_S) {
        std::thread::sleep(Duration::from_millis(moment));
        clock.set(off_s);
        if whose == Whose::Server && off_s.abs() == DAY_S {
            tracker.until("the server's clock jumps", |tracker| day_of(tracker) != today);
        }
    }
    let in_it = tracker.processes().into_iter().filter(|process| clock.is_of(*process)).count();
    assert_eq!(in_it, 1, "either the server or the agent\n{}", tracker.logs());
    tracker.until("all are measured", |tracker| jobs.iter().all(|job| is_ended(tracker, *job)));
    is_whole(&tracker, &jobs);
}

#[test]
fn a_server_whose_clock_jumps_loses_and_repeats_nothing() {
    clock_jumps_lose_and_repeat_nothing(Whose::Server);
}

#[test]
fn an_agent_whose_clock_jumps_loses_and_repeats_nothing() {
    clock_jumps_lose_and_repeat_nothing(Whose::Agent);
}

/// How the network is cut.
#[derive(Clone, Copy, Debug)]
enum Cut {
    /// The far end is down: nothing comes through, and nobody says so.
    Silent,
    /// The agent's own end is down, so its system tells it that there is no way.
    Told,
    /// What the agent sends arrives, and the server's answers do not.
    OneWay,
}

/// How long it is cut.
#[derive(Clone, Copy, Debug)]
enum Hold {
    /// So many milliseconds: less than the time of a lease.
    Ms(u64),
    /// Until the server has given the agent up.
    UntilLapsed,
}

/// Cuts, each after so many milliseconds.
const CUTS: [(u64, Cut, Hold); 9] = [
    (150, Cut::Silent, Hold::Ms(300)),
    (900, Cut::OneWay, Hold::Ms(400)),
    (1300, Cut::Told, Hold::Ms(1000)),
    (400, Cut::Silent, Hold::UntilLapsed),
    (650, Cut::OneWay, Hold::Ms(1500)),
    (1700, Cut::Told, Hold::UntilLapsed),
    (300, Cut::Silent, Hold::Ms(2000)),
    (1000, Cut::OneWay, Hold::UntilLapsed),
    (2100, Cut::OneWay, Hold::Ms(700)),
];

/// A network namespace for the agent, joined to the machine's own by one pair of interfaces. It goes with the test.
struct Network {
    name: String,
    /// The server's end of the pair and its address.
    outside: (String, String),
    /// The agent's.
    inside: (String, String),
}

impl Network {
    /// One of its own for this process; where there can be none, one line says why.
    fn new() -> Option<Self> {
        let process = std::process::id();
        // The network 198.18.0.0/15 is for tests of networks, and has room for 32,768 of four addresses.
        let base = 0xc612_0000 + (process % 0x8000) * 4;
        let address = |offset| std::net::Ipv4Addr::from(base + offset).to_string();
        let network = Self {
            name: format!("kymo-test-{process}"),
            outside: (format!("kymo-s{process}"), address(1)),
            inside: (format!("kymo-a{process}"), address(2)),
        };
        // What a killed test of the same number left.
        network.remove();
        match network.make() {
            Ok(()) => Some(network),
            Err(why) => {
                eprintln!("skipped: the agent gets no network of its own: {why}");
                None
            }
        }
    }

    fn make(&self) -> Result<(), String> {
        let ((outside, server), (inside, agent)) = (&self.outside, &self.inside);
        let name = &self.name;
        ip(&format!("netns add {name}"))?;
        ip(&format!("link add {outside} type veth peer name {inside} netns {name}"))?;
        ip(&format!("address add {server}/30 dev {outside}"))?;
        ip(&format!("link set {outside} up"))?;
        ip(&format!("-n {name} address add {agent}/30 dev {inside}"))?;
        ip(&format!("-n {name} link set {inside} up"))?;
        ip(&format!("-n {name} link set lo up"))
    }

    fn remove(&self) {
        // The pair first: the namespace lives on as long as a process is in it.
        let _ = ip(&format!("link delete {}", self.outside.0));
        let _ = ip(&format!("netns delete {}", self.name));
    }

    /// What starts a program in it. `ip netns exec` would also take away /sys, and the control groups with it.
    fn within(&self) -> Vec<String> {
        vec!["nsenter".to_owned(), format!("--net=/run/netns/{}", self.name)]
    }

    fn cut(&self, cut: Cut) {
        let ((outside, _), (inside, agent), name) = (&self.outside, &self.inside, &self.name);
        match cut {
            Cut::Silent => ip(&format!("link set {outside} down")),
            Cut::Told => ip(&format!("-n {name} link set {inside} down")),
            // Answers go to an interface that is not there.
            Cut::OneWay => {
                ip(&format!("neighbour replace {agent} lladdr 02:00:00:00:00:01 dev {outside} nud permanent"))
            }
        }
        .unwrap();
    }

    fn mend(&self, cut: Cut) {
        let ((outside, _), (inside, agent), name) = (&self.outside, &self.inside, &self.name);
        match cut {
            Cut::Silent => ip(&format!("link set {outside} up")),
            Cut::Told => ip(&format!("-n {name} link set {inside} up")),
            Cut::OneWay => ip(&format!("neighbour delete {agent} dev {outside}")),
        }
        .unwrap();
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Runs `ip`, whose arguments have no spaces.
fn ip(args: &str) -> Result<(), String> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin";
    let output =
        Command::new("ip").env("PATH", path).args(args.split(' ')).output().map_err(|error| format!("ip: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(()) } else { Err(format!("ip {args}: {}", said.trim())) }
}

fn runs_one(tracker: &Tracker<'_>, jobs: &[u64]) -> bool {
    jobs.iter().any(|job| state(tracker, *job)["state"] == "running")
}

#[test]
fn a_network_that_is_cut_loses_and_repeats_nothing() {
    if !is_able() {
        return;
    }
    let Some(network) = Network::new() else { return };
    let home = Home::new();
    let repository = Repository::new(&home);
    let mut tracker = Tracker::new(&home, home.path("kymo.db").to_str().unwrap());
    tracker.write_project(PROJECT);
    let commits = commits(&repository, 4);
    tracker.agent_asks_at(&network.outside.1);
    tracker.agent_within(network.within());
    tracker.start_server();
    let jobs = request(&tracker, &commits);
    tracker.start_agent();
    for (moment, cut, hold) in CUTS {
        std::thread::sleep(Duration::from_millis(moment));
        match hold {
            Hold::Ms(ms) => {
                network.cut(cut);
                std::thread::sleep(Duration::from_millis(ms));
            }
            Hold::UntilLapsed => {
                let all_ended = |tracker: &Tracker<'_>| jobs.iter().all(|job| is_ended(tracker, *job));
                tracker.until("a job runs", |tracker| runs_one(tracker, &jobs) || all_ended(tracker));
                network.cut(cut);
                tracker.until("the lease runs out", |tracker| !runs_one(tracker, &jobs));
            }
        }
        network.mend(cut);
    }
    tracker.until("all are measured", |tracker| jobs.iter().all(|job| is_ended(tracker, *job)));
    is_whole(&tracker, &jobs);
}
