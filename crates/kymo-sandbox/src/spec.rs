//! What is run, in what, with how much; and what came of it.

use kymo_model::watch::Limits;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The root file system, read-only inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// The machine's own tools: `/usr` and what it needs, nothing of `/home`, `/root`, `/etc` beyond a few plain files.
    HostTools,
    /// A folder with a whole root file system.
    Folder(PathBuf),
}

/// Whether the network can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// Only a loopback interface of its own.
    None,
    /// The machine's: for fetch and prepare, by policy.
    Host,
}

/// A folder or file of the machine that is seen inside, read-only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mount {
    /// On the machine.
    pub from: PathBuf,
    /// Inside; an absolute path.
    pub to: PathBuf,
}

/// One command in a sandbox.
#[derive(Clone, Debug, PartialEq)]
pub struct Sandbox {
    /// The root file system.
    pub root: Root,
    /// What else is seen, read-only, as kymo's own programs.
    pub mounts: Vec<Mount>,
    /// The folder of the machine that is `/work` inside, the only one that can be written to and that outlives the
    /// command.
    pub workspace: PathBuf,
    /// The program and its arguments.
    pub command: Vec<String>,
    /// All of its environment; nothing is inherited.
    pub variables: BTreeMap<String, String>,
    /// The folder inside that it starts in.
    pub folder: PathBuf,
    /// Whether it has the network.
    pub network: Network,
    /// What it may use.
    pub limits: Limits,
    /// The processors that it may run on; `None` for all.
    pub cpus: Option<Vec<u32>>,
    /// The user of the machine that it runs as: a slot of its own, never 0.
    pub uid: u32,
}

/// Which of its two streams a command wrote to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error.
    Error,
}

/// Is given what the command writes, as it comes: raw bytes, as hostile as the command.
pub type Output<'a> = &'a mut dyn FnMut(Stream, &[u8]);

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// By itself, with this exit code.
    Exited(i32),
    /// By a signal that was not ours.
    Signalled(i32),
    /// Its time was over.
    TimedOut,
    /// The kernel ended one of its processes for want of memory.
    OutOfMemory,
    /// It failed after it was refused more processes.
    TooManyProcesses,
    /// It failed after its disk, or its files in memory, were full.
    DiskFull,
    /// It wrote more than it may.
    TooMuchOutput,
    /// The caller stopped it.
    Stopped,
}

/// What it used.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Wall-clock time, in seconds.
    pub wall_s: f64,
    /// Processor time of all its processes, in seconds.
    pub cpu_s: f64,
    /// The most memory at once, in bytes.
    pub peak_memory_bytes: u64,
    /// What it wrote to both streams, in bytes.
    pub output_bytes: u64,
}

/// What came of a command. All its processes are gone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ended {
    /// How it ended.
    pub how: How,
    /// What it used.
    pub usage: Usage,
}

/// Why a sandbox cannot be had: of the machine, never of the command.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// Something that it needs is not on this machine.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The system refused something that it grants at other times.
    #[error("cannot set the sandbox up: {0}")]
    Setup(String),
}
