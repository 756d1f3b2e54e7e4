//! Commands of a job in the sandbox: what they see, and what it means how they end.

use crate::beat::Shared;
use crate::halt::Why;
use crate::options::AgentOptions;
use crate::steps::Stopped;
use crate::{plain, programs};
use kymo_model::watch::{JobEnd, Limits, Step};
use kymo_sandbox::{How, Mount, Network, Root, Sandbox, SandboxError, Stream, Workspace};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// Where things are inside.
pub(crate) mod inside {
    /// The workspace.
    pub(crate) const WORK: &str = "/work";
    /// The checkout.
    pub(crate) const SOURCE: &str = concat!("/work", "/src");
    /// Our own programs, read-only.
    pub(crate) const KYMO: &str = "/opt/kymo";
    /// What the job is given, read-only.
    pub(crate) const GIVEN: &str = "/opt/job";
    /// A repository of the machine, read-only, for the fetch alone.
    pub(crate) const REMOTE: &str = "/opt/remote";
}

/// Characters of a reason at most.
const REASON_MAX: usize = 300;

/// Bytes that are kept of a command's output where it is read.
const CAPTURED_MAX_BYTES: usize = 8 << 20;

/// What a job's commands run in.
pub(crate) struct Cell<'a> {
    pub(crate) options: &'a AgentOptions,
    pub(crate) shared: &'a Shared,
    pub(crate) workspace: Workspace,
    pub(crate) root: Root,
    pub(crate) uid: u32,
    pub(crate) programs: PathBuf,
    pub(crate) given: PathBuf,
    /// The project's own variables.
    pub(crate) variables: BTreeMap<String, String>,
}

/// One command.
pub(crate) struct Task {
    pub(crate) step: Step,
    /// What people call it.
    pub(crate) name: String,
    pub(crate) command: Vec<String>,
    pub(crate) folder: &'static str,
    pub(crate) network: Network,
    pub(crate) limits: Limits,
    pub(crate) mounts: Vec<Mount>,
    pub(crate) variables: Vec<(String, String)>,
}

impl Task {
    /// A command without network, in the checkout.
    pub(crate) fn new(step: Step, name: &str, command: &[&str], limits: Limits) -> Self {
        Self {
            step,
            name: name.to_owned(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            folder: inside::SOURCE,
            network: Network::None,
            limits,
            mounts: Vec::new(),
            variables: Vec::new(),
        }
    }
}

impl Cell<'_> {
    /// Runs a command; gives its exit code and the last line of its standard error.
    ///
    /// # Errors
    /// Every other way in which it may end.
    pub(crate) fn run(&self, task: &Task, output: &mut dyn FnMut(Stream, &[u8])) -> Result<(i32, String), Stopped> {
        let sandbox = self.sandbox(task);
        if let Some(why) = unfit(&sandbox) {
            return Err(cannot(task.step, format!("{}: {why}", task.name)));
        }
        let ran = sandbox.run(output, &self.shared.halt.flag);
        let last = self.shared.log.end_command();
        let ended = ran.map_err(|error| self.trouble(task, &error))?;
        let usage = ended.usage;
        self.shared.log.say(&format!(
            "{}: {} after {:.1} s, {:.1} s of processor time, {} MiB of memory at most",
            task.name,
            said(ended.how),
            usage.wall_s,
            usage.cpu_s,
            usage.peak_memory_bytes >> 20
        ));
        match ended.how {
            How::Exited(code) => Ok((code, last)),
            How::Stopped => Err(Stopped::Halted(self.shared.halt.why().unwrap_or(Why::Terminated))),
            how => Err(Stopped::End(end_of(how, task.step, &task.name, &last))),
        }
    }

    /// Runs a command that must succeed, its output in the job's log.
    ///
    /// # Errors
    /// Every other way in which it may end.
    pub(crate) fn must(&self, task: &Task) -> Result<(), Stopped> {
        let (code, last) = self.run(task, &mut |stream, bytes| self.shared.log.take(stream, bytes))?;
        if code == 0 { Ok(()) } else { Err(Stopped::End(failed(task.step, &task.name, code, &last))) }
    }

    /// Runs a command that must succeed, and gives its standard output.
    ///
    /// # Errors
    /// Every other way in which it may end.
    pub(crate) fn read(&self, task: &Task) -> Result<Vec<u8>, Stopped> {
        let mut captured = Vec::new();
        let (code, last) = self.run(task, &mut |stream, bytes| match stream {
            Stream::Output => {
                let room = CAPTURED_MAX_BYTES.saturating_sub(captured.len());
                captured.extend_from_slice(&bytes[..bytes.len().min(room)]);
            }
            Stream::Error => self.shared.log.take(stream, bytes),
        })?;
        if code == 0 { Ok(captured) } else { Err(Stopped::End(failed(task.step, &task.name, code, &last))) }
    }

    fn sandbox(&self, task: &Task) -> Sandbox {
        let mut mounts = vec![
            Mount { from: self.programs.clone(), to: PathBuf::from(inside::KYMO) },
            Mount { from: self.given.clone(), to: PathBuf::from(inside::GIVEN) },
        ];
        mounts.extend(task.mounts.iter().cloned());
        if self.root == Root::HostTools {
            let folders = &self.options.settings.host.folders;
            mounts.extend(folders.iter().map(|folder| Mount { from: folder.clone(), to: folder.clone() }));
        }
        let cpus = match &self.options.cpus {
            Some(cpus) => cpus,
            None => &self.options.settings.cpus,
        };
        // A build may use every processor; what is measured has its own.
        let cpus = (task.step == Step::Measure && !cpus.is_empty()).then(|| cpus.clone());
        let mut limits = task.limits;
        if task.step == Step::Measure {
            limits.processors = None;
            limits.disk_rate = None;
        }
        Sandbox {
            root: self.root.clone(),
            mounts,
            workspace: self.workspace.folder().to_owned(),
            command: task.command.clone(),
            variables: self.environment(&task.variables),
            folder: PathBuf::from(task.folder),
            network: task.network,
            limits,
            cpus,
            uid: self.uid,
        }
    }

    /// All of a command's environment: the project's variables, then ours, which it cannot set.
    fn environment(&self, of_task: &[(String, String)]) -> BTreeMap<String, String> {
        let mut variables = self.variables.clone();
        let path =
            variables.get("PATH").map_or("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", |path| path);
        let host: &[PathBuf] = if self.root == Root::HostTools { &self.options.settings.host.path } else { &[] };
        let host: String = host.iter().map(|folder| format!("{}:", folder.display())).collect();
        let path = format!("{}/bin:{host}{path}", inside::KYMO);
        let below = |name: &str| format!("{}/{name}", inside::WORK);
        let (home, own) = (below("home"), below(".kymo"));
        let ours = [
            ("PATH", path),
            ("HOME", home),
            ("TMPDIR", "/tmp".to_owned()),
            ("XDG_DATA_HOME", format!("{own}/data")),
            ("XDG_CACHE_HOME", format!("{own}/cache")),
            ("XDG_CONFIG_HOME", format!("{own}/config")),
            ("KYMO_STORE", format!("{own}/kymo.db")),
            ("KYMO_SUITES", format!("{}/suites", inside::KYMO)),
            ("KYMO_WORKERS", format!("{}/bin", inside::KYMO)),
            ("NO_COLOR", "1".to_owned()),
        ];
        variables.extend(ours.map(|(name, value)| (name.to_owned(), value)));
        // A project may bring workers of its own.
        let sources = format!("{}/{}", inside::KYMO, programs::SOURCE);
        variables.entry("KYMO_SOURCES".to_owned()).or_insert(sources);
        variables.entry("LANG".to_owned()).or_insert_with(|| "C.UTF-8".to_owned());
        variables.entry("CI".to_owned()).or_insert_with(|| "true".to_owned());
        variables.extend(of_task.iter().cloned());
        variables
    }

    /// Whose trouble it is that a sandbox does not come about: the project's, if a plain one does. What one project
    /// wants must not stop the machine for the others.
    fn trouble(&self, task: &Task, error: &SandboxError) -> Stopped {
        let text = plain::line(&format!("{}: {error}", task.name), REASON_MAX);
        self.shared.log.say(&text);
        if self.shared.halt.is_set() {
            return Stopped::Halted(self.shared.halt.why().unwrap_or(Why::Terminated));
        }
        let plain = Sandbox { variables: BTreeMap::new(), command: vec!["/bin/true".to_owned()], ..self.sandbox(task) };
        let plain = Sandbox { root: Root::HostTools, folder: PathBuf::from("/"), ..plain };
        match plain.run(&mut |_, _| (), &AtomicBool::new(false)) {
            Ok(_) => Stopped::End(JobEnd::Failed { step: task.step, message: text }),
            Err(_) => Stopped::Machine(text),
        }
    }

    /// Leaves a step as much of the job's disk as it may have. What is on it from the steps before counts.
    ///
    /// # Errors
    /// The end of the job when its disk holds more than that.
    pub(crate) fn room(&self, step: Step, limits: &Limits) -> Result<(), Stopped> {
        match self.workspace.limit(limits.disk) {
            Ok(true) => Ok(()),
            Ok(false) => {
                let limit = limits.disk.get() >> 20;
                self.shared.log.say(&format!("{step}: the disk holds more than its limit of {limit} MiB"));
                Err(Stopped::End(JobEnd::DiskFull { step }))
            }
            Err(error) => Err(Stopped::Machine(plain::line(&format!("the workspace: {error}"), REASON_MAX))),
        }
    }

    /// Reads a file that a job left, without following any link.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn take_out(&self, path: &str, bytes_max: u64) -> Result<Vec<u8>, String> {
        self.workspace.read(Path::new(path), bytes_max).map_err(|error| plain::line(&error.to_string(), REASON_MAX))
    }
}

/// Why a command cannot be one, whoever wrote it.
fn unfit(sandbox: &Sandbox) -> Option<&'static str> {
    /// Bytes of one argument or variable at most; the kernel takes 128 KiB.
    const WORD_MAX_BYTES: usize = 100 << 10;
    let words = sandbox.variables.iter().flat_map(|(name, value)| [name, value]).chain(&sandbox.command);
    let mut all = 0;
    for word in words {
        all += word.len();
        if word.contains('\0') {
            return Some("a zero byte can be in no command and no variable");
        }
        if word.len() > WORD_MAX_BYTES || all > 4 * WORD_MAX_BYTES {
            return Some("the command and its variables are too long; put them into a file");
        }
    }
    let odd = |name: &String| name.is_empty() || name.contains('=');
    sandbox.variables.keys().any(odd).then_some("a variable needs a name without '='")
}

fn said(how: How) -> String {
    match how {
        How::Exited(0) => "done".to_owned(),
        How::Exited(code) => format!("exit code {code}"),
        How::Signalled(signal) => format!("ended by signal {signal}"),
        How::TimedOut => "ended for its time was over".to_owned(),
        How::OutOfMemory => "ended for want of memory".to_owned(),
        How::TooManyProcesses => "failed after it was refused more processes".to_owned(),
        How::DiskFull => "failed after its disk was full".to_owned(),
        How::TooMuchOutput => "ended for it wrote too much".to_owned(),
        How::Stopped => "stopped".to_owned(),
    }
}

/// The end of a job whose command ended so.
fn end_of(how: How, step: Step, name: &str, last: &str) -> JobEnd {
    match how {
        How::TimedOut => JobEnd::TimedOut { step },
        How::OutOfMemory => JobEnd::OutOfMemory { step },
        How::TooManyProcesses => JobEnd::TooManyProcesses { step },
        How::DiskFull => JobEnd::DiskFull { step },
        How::TooMuchOutput => JobEnd::TooMuchOutput { step },
        How::Exited(code) => failed(step, name, code, last),
        How::Signalled(_) | How::Stopped => {
            JobEnd::Failed { step, message: plain::line(&format!("{name}: {}", said(how)), REASON_MAX) }
        }
    }
}

/// The end of a job whose command failed by itself.
pub(crate) fn failed(step: Step, name: &str, code: i32, last: &str) -> JobEnd {
    let why = if last.is_empty() { String::new() } else { format!(": {last}") };
    JobEnd::Failed { step, message: plain::line(&format!("{name}: exit code {code}{why}"), REASON_MAX) }
}

/// The end of a job that cannot go on, with the reason.
pub(crate) fn cannot(step: Step, why: impl std::fmt::Display) -> Stopped {
    Stopped::End(JobEnd::Failed { step, message: plain::line(&why.to_string(), REASON_MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_end_is_told_to_the_server() {
        let step = Step::Build;
        let failed = |message: &str| JobEnd::Failed { step, message: message.to_owned() };
        for (how, end) in [
            (How::Exited(2), failed("make: exit code 2: no rule")),
            (How::Signalled(11), failed("make: ended by signal 11")),
            (How::TimedOut, JobEnd::TimedOut { step }),
            (How::OutOfMemory, JobEnd::OutOfMemory { step }),
            (How::TooManyProcesses, JobEnd::TooManyProcesses { step }),
            (How::DiskFull, JobEnd::DiskFull { step }),
            (How::TooMuchOutput, JobEnd::TooMuchOutput { step }),
        ] {
            assert_eq!(end_of(how, step, "make", "no rule"), end);
        }
    }
}
