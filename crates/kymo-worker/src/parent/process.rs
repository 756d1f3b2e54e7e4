//! A worker process: its pipes, its end.

use super::lines::{Line, Tail, read_lines};
use super::sys;
use kymo_measure::callgrind;
use kymo_model::Settings;
use std::io::{self, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

/// How a worker process ended.
#[derive(Clone, Debug)]
pub struct End {
    /// Its exit status.
    pub status: ExitStatus,
    /// What the kernel counted for it.
    pub usage: sys::Usage,
    /// Whether we killed it: its signal is then ours, and no crash.
    pub killed: bool,
    /// When it had ended.
    pub at: Instant,
}

/// How a worker is started.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// The executable.
    pub program: &'a Path,
    /// The strategy that it is to serve, where one is chosen already.
    pub strategy: Option<&'a str>,
    /// The settings that it is to have: for some engines they decide which build it is.
    pub settings: &'a Settings,
    /// Length of an environment variable that shifts the stack: with address space randomisation it makes each process
    /// a fresh draw of the memory layout (Mytkowicz et al., ASPLOS 2009).
    pub padding_bytes: usize,
    /// Where callgrind writes what it counted, for a worker that runs under it.
    pub simulation: Option<&'a Path>,
    /// The logical processors that it is kept to with all that it starts; empty where it may run anywhere. Thread pools
    /// size themselves by them, so they hold from the start.
    pub cpus: &'a [u32],
}

/// A running worker.
pub struct Process {
    pid: u32,
    input: Option<ChildStdin>,
    /// Its protocol lines.
    pub lines: Receiver<Line>,
    errors: Tail,
    /// When it was started.
    pub started: Instant,
    end: Option<End>,
}

impl Process {
    /// Starts a worker.
    pub fn start(start: &Start) -> io::Result<Self> {
        let mut command = match start.simulation {
            None => Command::new(start.program),
            Some(out_file) => {
                let mut command = Command::new("valgrind");
                command.args(callgrind::OPTIONS).arg(format!("--callgrind-out-file={}", out_file.display()));
                command.env(callgrind::OUT_FILE, out_file).arg(start.program);
                command
            }
        };
        if let Some(strategy) = start.strategy {
            command.args(["--strategy", strategy]);
        }
        for (name, value) in start.settings {
            command.arg("--setting").arg(format!("{name}={value}"));
        }
        command.env("KYMO_PADDING", "x".repeat(start.padding_bytes));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        sys::isolate(&mut command);
        sys::keep_to(&mut command, start.cpus)?;
        let started = Instant::now();
        let mut child = command.spawn()?;
        let missing = || io::Error::other("a pipe to the worker is missing");
        let lines = read_lines(child.stdout.take().ok_or_else(missing)?);
        let errors = Tail::read(child.stderr.take().ok_or_else(missing)?);
        let input = child.stdin.take();
        // The child is reaped with wait4 for its usage, never through std: dropping `Child` does not wait.
        Ok(Self { pid: child.id(), input, lines, errors, started, end: None })
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Sends a line.
    pub fn send(&mut self, line: &[u8]) -> io::Result<()> {
        match &mut self.input {
            Some(input) => input.write_all(line).and_then(|()| input.flush()),
            None => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Closes its input and waits up to `grace` for its end, then kills it and everything that it started.
    pub fn finish(&mut self, grace: Duration) -> io::Result<End> {
        if let Some(end) = &self.end {
            return Ok(end.clone());
        }
        drop(self.input.take());
        let deadline = Instant::now() + grace;
        let mut nap = Duration::from_micros(50);
        let (status, usage) = loop {
            match sys::wait(self.pid, false)? {
                Some(ended) => break ended,
                None if Instant::now() >= deadline => return self.kill(),
                None => std::thread::sleep(nap),
            }
            nap = (nap * 2).min(Duration::from_millis(5));
        };
        // The leader is gone; what it may have started in its group is not.
        let end = End { status, usage, killed: false, at: Instant::now() };
        self.end = Some(end.clone());
        Ok(end)
    }

    /// Kills it and everything that it started.
    pub fn kill(&mut self) -> io::Result<End> {
        if let Some(end) = &self.end {
            return Ok(end.clone());
        }
        sys::kill_group(self.pid);
        let Some((status, usage)) = sys::wait(self.pid, true)? else {
            return Err(io::Error::other("a blocking wait returned without a child"));
        };
        let end = End { status, usage, killed: true, at: Instant::now() };
        self.end = Some(end.clone());
        Ok(end)
    }

    /// The end of what it wrote on standard error. Only once it has ended.
    pub fn errors(&self) -> String {
        self.errors.take()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // A worker never outlives the conversation; there is nobody left to tell if this fails.
        let _ = self.kill();
    }
}
