//! What can go wrong in the record.

use kymo_store::StoreError;
use std::path::PathBuf;

/// Why the record could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// git cannot be started.
    #[error("cannot start git ({0}): install it")]
    NoGit(std::io::Error),
    /// The folder is in no repository.
    #[error("{} is in no git repository ({said}): name one with --repo FOLDER", path.display())]
    NoRepository {
        /// The folder.
        path: PathBuf,
        /// What git said.
        said: String,
    },
    /// A name that git does not know.
    #[error("the repository {} has no commit '{name}': fetch it, or name one that is there", path.display())]
    NoCommit {
        /// The repository.
        path: PathBuf,
        /// The name as typed.
        name: String,
    },
    /// git failed, or said something unexpected.
    #[error("git in {}: {said}", path.display())]
    Git {
        /// The repository.
        path: PathBuf,
        /// What it said.
        said: String,
    },
    /// The file with decisions cannot be read or written.
    #[error("cannot {what} {}: {problem}", path.display())]
    Decisions {
        /// `read` or `write`.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong, with line and column where it is a fault of the text.
        problem: String,
    },
    /// A document of the record in the store cannot be read.
    #[error("incident {number} of {project} is damaged: {problem}")]
    Damaged {
        /// The project.
        project: String,
        /// The incident's number.
        number: u32,
        /// What is wrong.
        problem: String,
    },
}
