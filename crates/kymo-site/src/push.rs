//! Bringing a built site to where people look at it: an object store, a folder, or a branch of a git repository.

mod branch;
mod contents;
mod store;

pub use branch::to_branch;
pub use store::to_store;

/// What was pushed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Files that were brought there.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that were there already.
    pub there: u64,
}

/// Why a site was not pushed, or not wholly; what people see is the old site or the new one.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The target is none.
    #[error("{0}")]
    Target(String),
    /// The site cannot be read.
    #[error(transparent)]
    Folder(#[from] crate::FolderError),
    /// The object store refused.
    #[error("cannot {doing} {what}: {error}")]
    Store {
        /// `list`, `write`.
        doing: &'static str,
        /// The object.
        what: String,
        /// What the store said.
        error: object_store::Error,
    },
    /// Git refused.
    #[error("git {command} failed: {message}")]
    Git {
        /// Its command, as `push`.
        command: String,
        /// What it said.
        message: String,
    },
    /// The system refused.
    #[error("cannot push: {0}")]
    System(#[from] std::io::Error),
}
