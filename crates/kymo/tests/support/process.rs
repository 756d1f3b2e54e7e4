//! A `kymo` that is still running, to be disturbed.

use super::Ran;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

/// How long a test waits for what must come about. It decides only how long a broken test takes.
const PATIENCE: Duration = Duration::from_secs(120);

/// A `kymo` that is still running.
pub struct Running {
    /// The process.
    pub child: Child,
}

impl Running {
    /// Holds a process.
    pub fn new(child: Child) -> Self {
        Self { child }
    }

    /// Sends a signal, by its name as `INT`.
    pub fn signal(&self, name: &str) {
        // The shell's own `kill`: there need not be a program of this name.
        let line = format!("kill -s {name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &line]).status().unwrap().success(), "{line}");
    }

    /// Waits until a file has so many lines.
    pub fn until_lines(&mut self, file: &Path, count: usize) {
        // A line that is still being written has no end yet: half an address leads nowhere.
        self.until(|| std::fs::read_to_string(file).is_ok_and(|text| text.matches('\n').count() >= count));
    }

    /// Waits until something is so; the process must not end before.
    pub fn until(&mut self, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            assert!(start.elapsed() < PATIENCE, "it did not come about");
            assert_eq!(self.child.try_wait().unwrap(), None, "the process ended");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for its end. Its outputs are read one after the other, so its standard error must fit a pipe.
    pub fn finish(mut self) -> Ran {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let code = self.child.wait().unwrap().code();
        Ran { args: String::new(), stdout, stderr, code }
    }
}

/// The processes in whose environment this folder is: those that a test started, and what these started.
pub fn processes_of(folder: &Path) -> Vec<String> {
    let wanted = folder.to_string_lossy().into_owned().into_bytes();
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let environment = std::fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment.windows(wanted.len()).any(|window| window == wanted) {
            let name = std::fs::read_to_string(entry.path().join("comm")).unwrap_or_default();
            found.push(name.trim().to_owned());
        }
    }
    found
}
