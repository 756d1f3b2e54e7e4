//! The sandbox: runs one command that came from a commit, with nothing of the machine in reach, and says how it ended.
//!
//! Linux only. The runner is root, and gives that up before anything of the commit runs.

mod arguments;
mod beneath;
mod cgroup;
mod check;
pub mod environment;
mod inside;
mod launch;
mod profile;
mod run;
mod seccomp;
mod spec;
mod stage;
mod watch;
mod workspace;

pub use beneath::{Beneath, Found, TakeError};
pub use check::{Finding, check};
pub use profile::profile_digest;
pub use run::sweep;
pub use spec::{Ended, How, Mount, Network, Output, Root, Sandbox, SandboxError, Stream, Usage};
pub use workspace::Workspace;
