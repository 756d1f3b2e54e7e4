//! Why a load could not be put.

use std::io;
use std::net::SocketAddr;

/// Why a load could not be put at all. What goes wrong with single requests is in the report.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The specification cannot be carried out: a fault of whoever wrote it.
    #[error("{0}")]
    Spec(String),
    /// Not one connection could be made before the load began.
    #[error("cannot connect to {address}: {reason}. Is the server running, and does it listen there?")]
    Unreachable {
        /// Where to.
        address: SocketAddr,
        /// What the system, or the server by TLS, said.
        reason: String,
    },
    /// This machine or build lacks what the specification asks for.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// Too few files may be open for so many connections.
    #[error(
        "{connections} connections need {needed} open files, and at most {allowed} are allowed: raise the limit \
         (`ulimit -n {needed}`), or ask for fewer connections"
    )]
    Files {
        /// Connections asked for.
        connections: u32,
        /// Files that they need.
        needed: u64,
        /// The hard limit (`RLIMIT_NOFILE`).
        allowed: u64,
    },
    /// A call into the system failed.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

impl LoadError {
    pub(crate) fn system(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::System { what, source }
    }
}
