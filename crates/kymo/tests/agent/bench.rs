//! A benchmark machine for one test: an agent's folder, a project, its repository.

use crate::server::{Server, TOKEN};
use crate::support::{Home, PROGRAM, Ran, Repository, Running, bin};
use kymo_model::watch::{Limits, ProjectPolicy};
use kymo_model::{Bytes, Seconds};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

/// Measures one module with the mock, in ten rounds of a fifth of a second for each side.
pub const PROJECT: &str = r#"version = 1
project = "sample"

[build]
run = ["echo built by $(id -u) > built", "cat built"]

[[measure]]
name = "fib"
suites = ["fib.wasm"]
engines = ["mock[sleep=0.2]", "mock[other,sleep=0.2]"]
phases = ["execute"]

[tiers.smoke]
rounds = 10
"#;

/// Why these tests cannot run here, if they cannot.
pub fn why_not() -> Option<String> {
    let lacks = kymo_sandbox::check().into_iter().find(|finding| finding.is_needed);
    lacks.map(|finding| format!("skipped: no sandbox here: {}", finding.message))
}

/// A machine with an agent.
pub struct Bench {
    /// Its home.
    pub home: Home,
    /// The commit of the project.
    pub commit: String,
}

impl Bench {
    /// One whose project has this file.
    pub fn new(project: &str) -> Self {
        Self::with(project, |_| ())
    }

    /// One whose project has this file, and in its repository, `repo` of the home, what else is put there.
    pub fn with(project: &str, put: impl FnOnce(&Home)) -> Self {
        let home = Home::new();
        std::fs::set_permissions(home.folder(), PermissionsExt::from_mode(0o711)).unwrap();
        let commit = {
            let repository = Repository::new(&home);
            home.write("repo/kymo.toml", project);
            home.write("repo/fib.wasm", PROGRAM);
            put(&home);
            repository.git(&["add", "."]);
            repository.commit("0", "the sample")
        };
        std::fs::create_dir(home.path("workers")).unwrap();
        for worker in ["kymo-worker-mock", "kymo-worker-exec"] {
            let _ = std::fs::copy(bin().join(worker), home.path("workers").join(worker));
        }
        std::fs::create_dir(home.path("suites")).unwrap();
        let token = home.write("token", TOKEN);
        std::fs::set_permissions(token, PermissionsExt::from_mode(0o600)).unwrap();
        let bench = Self { home, commit };
        bench.settings("");
        bench
    }

    /// Writes agent.toml; what every test needs is there already.
    pub fn settings(&self, more: &str) {
        let usual = format!(
            "remotes = [\"file://{}/*\"]\n[calibration]\nenabled = false\n[server]\nretry_max = \"200ms\"\nwait_s = 1\n",
            self.home.folder().display()
        );
        let disk = if more.contains("[disk]") { "" } else { "[disk]\nlow = \"16MiB\"\n" };
        self.home.write("agent.toml", format!("{usual}{disk}{more}"));
    }

    /// What the server lets the project do.
    pub fn policy(&self) -> ProjectPolicy {
        let limits = Limits {
            wall_time: Seconds::new(60.0),
            memory: Bytes::new(1 << 30),
            processes: 200,
            disk: Bytes::new(64 << 20),
            temporary: Bytes::new(64 << 20),
            output: Bytes::new(1 << 20),
            ..Limits::default()
        };
        ProjectPolicy {
            project: "sample".parse().unwrap(),
            remote: format!("file://{}", self.home.path("repo").display()),
            branch: "main".into(),
            machines: vec!["this".into()],
            network_in_prepare: false,
            build_limits: limits,
            measure_limits: limits,
            attempts_max: 3,
            queued_max: 10,
        }
    }

    /// The agent, asking this server.
    pub fn agent(&self, server: &Server, more: &[&str]) -> Command {
        let mut command = self.home.command(bin().join("kymo"));
        command.arg("--workers").arg(self.home.path("workers")).arg("--suites").arg(self.home.path("suites"));
        command.args(["agent", "--server", &server.url(), "--token-file", "token", "--config", "agent.toml"]);
        command.arg("--folder").arg(self.home.path("agent")).args(more);
        command
    }

    /// Runs the agent until it ends.
    pub fn run(&self, server: &Server, more: &[&str]) -> Ran {
        self.home.finish(self.agent(server, more), more)
    }

    /// Starts the agent.
    pub fn start(&self, server: &Server, more: &[&str]) -> Running {
        let mut command = self.agent(server, more);
        Running::new(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
    }

    /// Names below the agent's folder, as `jobs`.
    pub fn names(&self, folder: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.home.path("agent").join(folder)).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        // A test that failed may leave a disk mounted, which the home cannot be removed with.
        let jobs = self.home.path("agent/jobs");
        for entry in std::fs::read_dir(jobs).into_iter().flatten().flatten() {
            let _ = Command::new("umount").arg(entry.path().join("disk/disk")).stderr(Stdio::null()).status();
        }
        let _ = Command::new("umount").arg(self.home.path("agent")).stderr(Stdio::null()).status();
    }
}
