//! A server, an agent and a project on this machine, to be watched and disturbed.

use super::{Home, Ran, bin, repository};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long a test waits for what must come about. It decides only how long a broken test takes.
const PATIENCE: Duration = Duration::from_secs(300);

/// The project's only file beside its `kymo.toml`: it works for some milliseconds.
const WORK: &str = "i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); done; echo $i\n";

/// A tracker of one project, `sample`, and one machine, `here`.
pub struct Tracker<'a> {
    home: &'a Home,
    store: String,
    port: u16,
    server: Option<Child>,
    agent: Option<Child>,
}

impl<'a> Tracker<'a> {
    /// Makes the project's repository in the folder `repo`, its account, its tokens. Nothing runs yet.
    pub fn new(home: &'a Home, store: &str) -> Self {
        // Somebody else may take the port until the server has it; then the test says so.
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let tracker = Self { home, store: store.to_owned(), port, server: None, agent: None };
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
        home.write("agent.toml", format!("remotes = [\"{remote}\"]\n"));
        tracker
    }

    fn remote(&self) -> String {
        format!("file://{}", self.home.path("repo").display())
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

    fn spawn(&self, name: &str, args: &[&str]) -> Child {
        let log = std::fs::File::options().create(true).append(true).open(self.home.path(name)).unwrap();
        let mut command = self.kymo(args);
        command.stdout(log.try_clone().unwrap()).stderr(log).stdin(Stdio::null()).spawn().unwrap()
    }

    /// Starts the server, and waits until it answers.
    pub fn start_server(&mut self) {
        let address = format!("127.0.0.1:{}", self.port);
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
        self.server = Some(self.spawn("server.log", &[&args[..], &places].concat()));
        let start = Instant::now();
        while std::net::TcpStream::connect(&address).is_err() {
            assert!(start.elapsed() < PATIENCE, "the server does not answer\n{}", self.logs());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Starts the agent.
    pub fn start_agent(&mut self) {
        let (url, token, config) = (self.url(), self.home.path("agent.token"), self.home.path("agent.toml"));
        let folder = self.home.path("agent");
        let args = ["agent", "--server", &url, "--token-file", token.to_str().unwrap()];
        let places = ["--folder", folder.to_str().unwrap(), "--config", config.to_str().unwrap()];
        self.agent = Some(self.spawn("agent.log", &[&args[..], &places].concat()));
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
