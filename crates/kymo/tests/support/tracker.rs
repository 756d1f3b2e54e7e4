//! A server, an agent and a project on this machine, to be watched and disturbed.

use super::{Home, Ran, Repository, bin, repository};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a test waits for what must come about. It decides only how long a broken test takes.
const PATIENCE: Duration = Duration::from_secs(300);

/// The project's only file beside its `kymo.toml`: it works for some milliseconds.
const WORK: &str = "i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; echo $i\n";

/// The project's `kymo.toml`: a build, and a measurement of some seconds.
pub const PROJECT: &str = r#"version = 1
project = "sample"

[build]
run = ["test -f work.sh", "cp work.sh built.sh"]

[[measure]]
name = "work"
command = "sh built.sh"

[tiers.smoke]
rounds = 10
"#;

/// Moments between two faults, in milliseconds: within every step of a job, some of them twice.
pub const MOMENTS_MS: [u64; 10] = [150, 900, 400, 1300, 2100, 650, 1700, 300, 2600, 1000];

/// Whether this machine can hold a sandbox; where not, one line says why.
pub fn is_able() -> bool {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0);
    let has_bwrap = Command::new("bwrap").arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_root || !has_bwrap {
        eprintln!("skipped: the agent's sandbox needs root and bubblewrap");
    }
    is_root && has_bwrap
}

/// Commits of the sample, each with another note.
pub fn commits(repository: &Repository<'_>, count: usize) -> Vec<String> {
    repository.git(&["add", "."]);
    repository.commits(count)
}

/// Asks for commits; the numbers of their jobs.
pub fn request(tracker: &Tracker<'_>, commits: &[String]) -> Vec<u64> {
    let commits: Vec<&str> = commits.iter().map(String::as_str).collect();
    let ran = tracker.ask(&[&["request", "sample", "--tier", "smoke"], &commits[..]].concat());
    assert_eq!(ran.code, Some(0), "{ran:#?}");
    ran.stdout.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// What the server says of a job.
pub fn state(tracker: &Tracker<'_>, job: u64) -> serde_json::Value {
    tracker.json(&["job", "show", &job.to_string()])
}

/// Whether a job is over.
pub fn is_ended(tracker: &Tracker<'_>, job: u64) -> bool {
    let job = state(tracker, job);
    !matches!(job["state"].as_str(), Some("queued" | "running"))
}

/// Each job has one run, each run is of one job, and the record says that nothing was altered.
pub fn is_whole(tracker: &Tracker<'_>, jobs: &[u64]) {
    let mut runs = BTreeSet::new();
    for job in jobs {
        let job = state(tracker, *job);
        assert_eq!(job["state"], "finished", "{job:#}\n{}", tracker.logs());
        let of_job = job["runs"].as_array().unwrap();
        assert_eq!(of_job.len(), 1, "{job:#}");
        assert!(runs.insert(of_job[0].as_str().unwrap().to_owned()), "{job:#}");
    }
    let kept: serde_json::Value = serde_json::from_str(&tracker.ok(&["runs", "--format", "json"])).unwrap();
    assert_eq!(kept.as_array().map(Vec::len), Some(jobs.len()), "{kept:#}");
    tracker.ok(&["verify"]);
    let shown = tracker.ok(&["history", "show", "--project", "sample", "--format", "csv"]);
    let points = shown.lines().skip(1).filter(|line| line.contains("wall_time")).count();
    assert_eq!(points, jobs.len(), "{shown}");
}

/// A tracker of one project, `sample`, and one machine, `here`.
pub struct Tracker<'a> {
    home: &'a Home,
    store: String,
    port: u16,
    /// Where the agent asks, if not on loopback.
    host: Option<String>,
    /// Programs with arguments that start server and agent and become them, as `env`; usually none.
    server_within: Vec<String>,
    agent_within: Vec<String>,
    server: Option<Child>,
    agent: Option<Child>,
}

impl<'a> Tracker<'a> {
    /// Makes the project's repository in the folder `repo`, its account, its tokens. Nothing runs yet.
    pub fn new(home: &'a Home, store: &str) -> Self {
        // Somebody else may take the port until the server has it; then the test says so.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (store, server_within, agent_within) = (store.to_owned(), Vec::new(), Vec::new());
        let tracker = Self { home, store, port, host: None, server_within, agent_within, server: None, agent: None };
        for (file, args) in [
            ("agent.token", &["token", "add", "--machine", "here"][..]),
            ("", &["user", "add", "tester", "--role", "admin"]),
            ("user.token", &["token", "add", "--user", "tester"]),
        ] {
            let ran = tracker.ok(args);
            if !file.is_empty() {
                private(&home.write(file, ran));
            }
        }
        let remote = tracker.remote();
        let more = ["--machine", "here", "--allow-file-remotes", "--attempts", "20"];
        tracker.ok(&[&["project", "set", "sample", "--remote", &remote][..], &more].concat());
        // An agent that asks for a job ends when it has the answer: a test is not to wait long for that.
        home.write("agent.toml", format!("remotes = [\"{remote}\"]\nserver.wait_s = 2\n"));
        tracker
    }

    fn remote(&self) -> String {
        format!("file://{}", self.home.path("repo").display())
    }

    /// Lets the agent ask at this address of the machine. The server listens at all of them then: a person's token goes
    /// to loopback alone.
    pub fn agent_asks_at(&mut self, host: &str) {
        self.host = Some(host.to_owned());
    }

    /// Starts the server by a program that becomes it, as `env`, with its arguments.
    pub fn server_within(&mut self, within: Vec<String>) {
        self.server_within = within;
    }

    /// Starts the agent by a program that becomes it.
    pub fn agent_within(&mut self, within: Vec<String>) {
        self.agent_within = within;
    }

    /// What the project's repository holds: its `kymo.toml` and a program.
    pub fn write_project(&self, kymo_toml: &str) {
        self.home.write("repo/kymo.toml", kymo_toml);
        self.home.write("repo/work.sh", WORK);
    }

    /// A `kymo` with this tracker's store.
    pub fn kymo(&self, args: &[&str]) -> Command {
        let mut command = self.home.command(bin().join("kymo"));
        command.args(["--store", &self.store]).arg("--suites").arg(repository().join("suites"));
        command.arg("--workers").arg(bin()).args(args);
        command
    }

    /// Runs it, which must succeed, and gives its standard output.
    pub fn ok(&self, args: &[&str]) -> String {
        let ran = self.home.finish(self.kymo(args), args);
        assert_eq!(ran.code, Some(0), "{ran:#?}\n{}", self.logs());
        ran.stdout
    }

    /// Where the server answers.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// A command that asks the server, as the account `tester`.
    pub fn ask(&self, args: &[&str]) -> Ran {
        let token = self.home.path("user.token");
        let (url, token) = (self.url(), token.to_str().unwrap().to_owned());
        let args = [args, &["--server", &url, "--token-file", &token]].concat();
        self.home.finish(self.kymo(&args), &args)
    }

    /// What the server answers to such a command with `--json`.
    pub fn json(&self, args: &[&str]) -> serde_json::Value {
        let ran = self.ask(&[args, &["--json"]].concat());
        assert_eq!(ran.code, Some(0), "{ran:#?}\n{}", self.logs());
        serde_json::from_str(&ran.stdout).unwrap()
    }

    fn spawn(&self, within: &[String], name: &str, args: &[&str]) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(self.home.path(name)).unwrap();
        let mut command = self.kymo(args);
        if let Some((program, before)) = within.split_first() {
            let kymo = std::mem::replace(&mut command, self.home.command(program));
            command.args(before).arg(kymo.get_program()).args(kymo.get_args());
        }
        command.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).spawn().unwrap()
    }

    /// Starts the server, and waits until it answers.
    pub fn start_server(&mut self) {
        let host = if self.host.is_some() { "0.0.0.0" } else { "127.0.0.1" };
        let address = format!("{host}:{}", self.port);
        let web = repository().join("web/dist");
        let args = ["serve", "--listen", &address, "--allow-file-remotes", "--lease", "5s"];
        let site = self.home.path("site");
        // The pages are not what these tests are about; without the app the server serves the rest.
        let app = self.home.path("app");
        if !web.exists() {
            std::fs::create_dir_all(&app).unwrap();
            std::fs::write(app.join("index.html"), "<!doctype html><title>none</title>").unwrap();
        }
        let web = if web.exists() { web } else { app };
        let places = ["--site-dir", site.to_str().unwrap(), "--web-dir", web.to_str().unwrap()];
        self.server = Some(self.spawn(&self.server_within, "server.log", &[&args[..], &places].concat()));
        let start = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(start.elapsed() < PATIENCE, "the server does not answer\n{}", self.logs());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts the agent.
    pub fn start_agent(&mut self) {
        let url = self.host.as_ref().map_or(self.url(), |host| format!("http://{host}:{}", self.port));
        let (token, config) = (self.home.path("agent.token"), self.home.path("agent.toml"));
        let folder = self.home.path("agent");
        let args = ["agent", "--server", &url, "--token-file", token.to_str().unwrap()];
        let places = ["--folder", folder.to_str().unwrap(), "--config", config.to_str().unwrap()];
        let insecure: &[&str] = if self.host.is_some() { &["--insecure-http"] } else { &[] };
        let args = [&args[..], &places, insecure].concat();
        self.agent = Some(self.spawn(&self.agent_within, "agent.log", &args));
    }

    /// The processes of the server and the agent that run.
    pub fn processes(&self) -> Vec<u32> {
        [&self.server, &self.agent].into_iter().flatten().map(Child::id).collect()
    }

    /// Kills the server: it has no say.
    pub fn kill_server(&mut self) {
        kill(&mut self.server);
    }

    /// Kills the agent: it has no say.
    pub fn kill_agent(&mut self) {
        kill(&mut self.agent);
    }

    /// Waits until something is so.
    pub fn until(&self, what: &str, mut done: impl FnMut(&Self) -> bool) {
        let start = Instant::now();
        while !done(self) {
            assert!(start.elapsed() < PATIENCE, "{what}: it did not come about\n{}", self.logs());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// What server and agent said, for messages.
    pub fn logs(&self) -> String {
        let tail = |name: &str| {
            let text = std::fs::read_to_string(self.home.path(name)).unwrap_or_default();
            let lines: Vec<&str> = text.lines().collect();
            format!("--- {name}\n{}\n", lines[lines.len().saturating_sub(40)..].join("\n"))
        };
        tail("server.log") + &tail("agent.log")
    }
}

impl Drop for Tracker<'_> {
    fn drop(&mut self) {
        // The agent first and gently: it takes its sandbox and its disks down.
        if let Some(agent) = &mut self.agent {
            let _ = Command::new("sh").args(["-c", &format!("kill -TERM {}", agent.id())]).status();
            let _ = agent.wait();
        }
        kill(&mut self.server);
    }
}

fn kill(child: &mut Option<Child>) {
    if let Some(mut child) = child.take() {
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}
