//! A session that runs a program as a process of its own; what is measured is that process's life, from its start to
//! its exit.

use super::{Ended, Meter, ServerProcess, Session, free_address};
use crate::parent::sys::{self, Usage};
use crate::protocol::{Dir, Failure, Open, Serve, Served, Serving};
use kymo_measure::memory;
use kymo_model::{Metric, ModuleHash, Outcome, Settings};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// What the kernel counts for a process, read when it was waited for. Its wall time is the meter's, as everywhere.
const READS: [Metric; 4] = [Metric::CpuTime, Metric::PeakRss, Metric::PageFaults, Metric::ContextSwitches];

/// The places in its arguments where a server is told the address to listen on.
const PLACES: [&str; 3] = ["{address}", "{host}", "{port}"];

/// How far above the worker's own peak of resident memory a process's must be to be told from it: the kernel counts with
/// an error of some pages for each processor, and starting a process takes a few.
const PEAK_MARGIN_BYTES: u64 = 1 << 20;

/// How much of its standard error tells why a process died, in bytes.
const TOLD_BYTES: usize = 2000;

/// A program with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// The executable: an absolute path, since it is started in another folder.
    pub path: PathBuf,
    /// Its arguments after its name.
    pub args: Vec<String>,
    /// Whether it has the worker's own environment, to which the benchmark's is added, rather than the benchmark's alone.
    pub inherits_environment: bool,
    /// SHA-256 of its machine code, where it can be told apart.
    pub code_sha256: Option<ModuleHash>,
    /// Size of its machine code in bytes, where it can be told apart.
    pub code_bytes: Option<u64>,
}

/// A program's name for itself, its first argument: the module's file name, on every engine.
pub fn program_name(open: &Open) -> String {
    Path::new(&open.module).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// The folder in which a program runs that knows no preopened folders: the one that a guest sees as `.`, else the
/// first that it sees; `None` where it sees none.
pub fn working_folder(open: &Open) -> Option<&Path> {
    let own = |dir: &&Dir| dir.guest == ".";
    open.dirs.iter().find(own).or(open.dirs.first()).map(|dir| Path::new(&dir.host))
}

/// A program that is run as a process of its own, a fresh one each iteration: its strategy has the phase
/// `lifetime`. One that is a server is told its address in its arguments, by `{address}`, or `{host}` and `{port}`; it
/// can be asked for the phase `serve` alone.
pub struct ProcessSession {
    open: Open,
    program: Program,
    settings: Settings,
    meter: Meter,
    ready: Option<Command>,
    usage: Option<Usage>,
    /// The peak of resident memory that a process has before it is anything of its own: that of the worker.
    floor_bytes: Option<u64>,
    server: Option<ServerProcess>,
}

impl ProcessSession {
    /// A session for a program; `settings` are what is reported of it.
    pub fn new(open: Open, program: Program, settings: Settings, meter: Meter) -> Self {
        Self { open, program, settings, meter, ready: None, usage: None, floor_bytes: None, server: None }
    }

    fn is_server(&self) -> bool {
        self.program.args.iter().any(|word| PLACES.iter().any(|place| word.contains(place)))
    }

    fn command(&self, args: &[String]) -> io::Result<Command> {
        let mut command = Command::new(&self.program.path);
        command.args(args);
        if !self.program.inherits_environment {
            command.env_clear();
        }
        command.envs(&self.open.env);
        if let Some(folder) = working_folder(&self.open) {
            command.current_dir(folder);
        }
        command.stdin(match &self.open.stdin {
            Some(path) => Stdio::from(File::open(path)?),
            None => Stdio::null(),
        });
        // It stays in the worker's process group, so that whatever ends the worker ends it and all that it started.
        let output = |path: &str| OpenOptions::new().append(true).create(true).open(path).map(Stdio::from);
        command.stdout(output(&self.open.stdout)?).stderr(output(&self.open.stderr)?);
        Ok(command)
    }

    fn cannot_start(&self, error: &io::Error) -> Failure {
        Failure::failed(format!("cannot start {}: {error}", self.program.path.display()))
    }

    fn died(&self, status: ExitStatus) -> Failure {
        let signal = status.signal().map_or_else(|| status.to_string(), sys::signal_name);
        let text = std::fs::read(&self.open.stderr).unwrap_or_default();
        let tail = &text[text.len().saturating_sub(TOLD_BYTES)..];
        let message = String::from_utf8_lossy(tail).trim().to_owned();
        Failure { outcome: Outcome::Crashed { signal, message } }
    }
}

impl Session for ProcessSession {
    fn settings(&self) -> Settings {
        self.settings.clone()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        if self.is_server() {
            return Err(Failure::failed(format!(
                "{} in a command is for servers, which have the phase serve alone",
                PLACES.join(", ")
            )));
        }
        let mut command = self.command(&self.program.args).map_err(|error| self.cannot_start(&error))?;
        // If somebody kills the worker alone, it goes, too.
        sys::die_with_parent(&mut command);
        self.ready = Some(command);
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let mut command = self.ready.take().ok_or_else(|| Failure::failed("execute before instantiate"))?;
        // A process begins with the mark of the one that starts it, so that mark is made small: the module was read.
        memory::reset_own_peak_rss();
        self.floor_bytes = memory::peak_rss_bytes(std::process::id());
        self.meter.start();
        let ended = command.spawn().and_then(|child| sys::wait(child.id(), true));
        self.meter.end();
        let ended = ended.map_err(|error| self.cannot_start(&error))?;
        let (status, usage) = ended.ok_or_else(|| Failure::failed("a blocking wait returned without a child"))?;
        self.usage = Some(usage);
        match status.code() {
            Some(exit_code) => Ok(Ended { exit_code, result: None }),
            None => Err(self.died(status)),
        }
    }

    fn discard(&mut self) {
        self.ready = None;
    }

    fn serve(&mut self, ask: &Serve) -> Result<Serving, Failure> {
        if !self.is_server() {
            return Err(Failure::failed(format!(
                "the command does not say where its server listens: it needs {{address}}, or {{host}} and {{port}}, as in \
                 '{} --addr {{address}} {{module}}'",
                self.program.path.display()
            )));
        }
        if self.server.is_some() {
            return Err(Failure::failed("serve while a server runs; stop it first"));
        }
        let address = free_address(&ask.address)?;
        let values = [address.to_string(), address.ip().to_string(), address.port().to_string()];
        let filled = |word: &String| {
            PLACES.iter().zip(&values).fold(word.clone(), |word, (place, value)| word.replace(place, value))
        };
        let args: Vec<String> = self.program.args.iter().map(filled).collect();
        // What it says is told when it ends too early; nothing else of before is to be there.
        for path in [&self.open.stdout, &self.open.stderr] {
            File::create(path).map_err(|error| Failure::failed(format!("cannot empty {path}: {error}")))?;
        }
        let mut command = self.command(&args).map_err(|error| self.cannot_start(&error))?;
        let server = ServerProcess::start(&mut command, address, Path::new(&self.open.stderr))?;
        let address = server.address().to_string();
        self.server = Some(server);
        Ok(Serving { address })
    }

    fn stop(&mut self) -> Result<Served, Failure> {
        let server = self.server.take().ok_or_else(|| Failure::failed("stop before serve"))?;
        server.stop()
    }

    fn code_bytes(&self) -> Option<u64> {
        self.program.code_bytes
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.program.code_sha256.clone()
    }

    fn reads(&self) -> &[Metric] {
        &READS
    }

    fn reading(&self, metric: Metric) -> Option<f64> {
        let usage = self.usage?;
        Some(match metric {
            Metric::CpuTime => usage.cpu.get(),
            // At the floor it is the worker's, and the program's own is smaller than can be told.
            Metric::PeakRss if usage.peak_rss_bytes > self.floor_bytes? + PEAK_MARGIN_BYTES => {
                usage.peak_rss_bytes as f64
            }
            Metric::PageFaults => usage.page_faults as f64,
            Metric::ContextSwitches => usage.context_switches as f64,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::{ModuleKind, Region};

    fn open(folder: &Path, dirs: &[(&str, &str)]) -> Open {
        let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
        let dir = |(guest, host): &(&str, &str)| Dir {
            guest: (*guest).to_owned(),
            host: (*host).to_owned(),
            writable: false,
        };
        Open {
            module: "/modules/sort.wasm".to_owned(),
            sha256: ModuleHash::from_bytes([0; 32]),
            kind: ModuleKind::Core,
            strategy: "process".to_owned(),
            settings: Settings::new(),
            region: Region::Start,
            args: Vec::new(),
            env: [("GREETING".to_owned(), "hello".to_owned())].into(),
            stdin: None,
            dirs: dirs.iter().map(dir).collect(),
            stdout: path("stdout"),
            stderr: path("stderr"),
            native: None,
            output_varies: false,
        }
    }

    fn run(folder: &Path, script: &str, dirs: &[(&str, &str)]) -> (Result<Ended, Failure>, String, ProcessSession) {
        let program = Program {
            path: "/bin/sh".into(),
            args: vec!["-c".to_owned(), script.to_owned()],
            inherits_environment: false,
            code_sha256: None,
            code_bytes: None,
        };
        let mut session = ProcessSession::new(open(folder, dirs), program, Settings::new(), Meter::default());
        session.instantiate().unwrap();
        let ended = session.execute();
        (ended, std::fs::read_to_string(folder.join("stdout")).unwrap(), session)
    }

    #[test]
    fn a_program_has_the_benchmarks_surroundings_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().canonicalize().unwrap();
        let dirs = [("/data", "/"), (".", place.to_str().unwrap())];
        let (ended, output, session) = run(folder.path(), "pwd; echo $GREETING $HOME; cat; exit 3", &dirs);
        assert_eq!(ended, Ok(Ended { exit_code: 3, result: None }));
        assert_eq!(output, format!("{}\nhello\n", place.display()));
        assert!(session.reading(Metric::PageFaults).unwrap() > 0.0);
        assert!(session.reading(Metric::CpuTime).unwrap() >= 0.0);
        assert_eq!(session.reading(Metric::WallTime), None);
    }

    #[test]
    fn a_crash_is_told_with_its_signal_and_its_last_words() {
        let folder = tempfile::tempdir().unwrap();
        let (ended, _, _) = run(folder.path(), "echo last words >&2; kill -s SEGV $$", &[]);
        let expect = Outcome::Crashed { signal: "SIGSEGV".to_owned(), message: "last words".to_owned() };
        assert_eq!(ended, Err(Failure { outcome: expect }));
    }

    #[test]
    fn the_folder_is_the_guests_own_else_its_first() {
        let place = Path::new("/tmp");
        assert_eq!(working_folder(&open(place, &[])), None);
        assert_eq!(working_folder(&open(place, &[("/a", "/x"), ("/b", "/y")])), Some(Path::new("/x")));
        assert_eq!(working_folder(&open(place, &[("/a", "/x"), (".", "/y")])), Some(Path::new("/y")));
        assert_eq!(program_name(&open(place, &[])), "sort.wasm");
    }
}
