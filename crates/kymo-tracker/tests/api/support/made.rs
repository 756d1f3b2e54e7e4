//! What tests send: repositories, runs, reports.

use serde_json::{Value, json};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A git repository with three commits on `main`, one on `side`, and a tag.
pub struct Repository {
    folder: PathBuf,
    /// The commits of `main`, oldest first.
    pub main: Vec<String>,
    /// The commit of `side`.
    pub side: String,
}

impl Repository {
    pub fn new(folder: &Path) -> Self {
        std::fs::create_dir_all(folder).unwrap();
        let mut made = Self { folder: folder.to_owned(), main: Vec::new(), side: String::new() };
        made.git(&["init", "--quiet", "--initial-branch", "main"]);
        made.main = (0..3).map(|number| made.commit(&format!("commit {number}"))).collect();
        made.git(&["tag", "v1", &made.main[0]]);
        made.git(&["checkout", "--quiet", "-b", "side"]);
        made.side = made.commit("on the side");
        made.git(&["checkout", "--quiet", "main"]);
        made
    }

    pub fn url(&self) -> String {
        format!("file://{}", self.folder.display())
    }

    /// One more commit on the branch that is checked out.
    pub fn commit(&self, title: &str) -> String {
        std::fs::write(self.folder.join("file"), title).unwrap();
        self.git(&["add", "file"]);
        self.git(&["commit", "--quiet", "--message", title]);
        self.git(&["rev-parse", "HEAD"])
    }

    pub fn git(&self, args: &[&str]) -> String {
        let mut command = Command::new("git");
        command.current_dir(&self.folder).args(args);
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
        for role in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{role}_NAME"), "A Tester").env(format!("GIT_{role}_EMAIL"), "tester@example.org");
        }
        let output = command.output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

/// What an agent says of its machine.
pub fn report(session: &str) -> Value {
    json!({
        "machine": machine(), "agent": "0.1.0", "session": session, "disk_free": 1_000_000, "disk_size": 2_000_000,
    })
}

fn machine() -> Value {
    json!({
        "fingerprint": "0123456789ab", "name": "elsewhere", "arch": "x86_64", "os": "linux", "cpu_model": null,
        "logical_cpus": 2, "physical_cores": null, "microcode": null, "kernel": null, "memory": null,
        "governor": null, "smt": null, "boost": null, "hypervisor": null, "container": null,
    })
}

/// A request for a job.
pub fn lease_request(session: &str) -> Value {
    json!({"report": report(session), "wait_s": 0})
}

/// A run document of a job at a commit, with one sample.
pub fn run(id: &str, commit: &str) -> Value {
    json!({
        "schema": 1, "id": id, "created_unix_s": 1_795_345_200, "state": "finished",
        "harness": {"version": "0.1.0"}, "machine": machine(),
        "plan": {
            "seed": 1, "variants": [{"name": "mock", "engine": "mock", "strategy": "mock", "settings": {}}],
            "benchmarks": [benchmark()],
            "phases": ["execute"], "metrics": ["wall_time"], "stop": {"rule": "rounds", "rounds": 1},
            "timeout": 60.0, "memory_max": 1_000_000_000, "output_max": 1_000_000,
        },
        "engines": [{"name": "mock", "version": "1", "build_id": "b", "features": []}],
        "closed": {"0": "rounds"},
        "filed": {"project": "sample", "commit": {"hash": commit}},
        "invocations": [{
            "benchmark": 0, "variant": 0, "round": 0, "sequence": 0, "start": 0.0, "duration": 1.0,
            "outcome": {"kind": "measured"},
            "samples": [{"phase": "execute", "metric": "wall_time", "values": [0.25]}],
        }],
    })
}

fn benchmark() -> Value {
    serde_json::to_value(kymo_model::Benchmark::named("made/up")).unwrap()
}

/// Bytes as gzip packs them.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
