//! The sandbox: runs one command that came from a commit, with nothing of the machine in reach, and says how it ended.

mod spec;

pub use spec::{Ended, How, Mount, Network, Output, Root, Sandbox, SandboxError, Stream, Usage};
