//! Why the watch did not do what it was asked.

use crate::StoreError;

/// Why something asked of the watch was not done.
#[derive(Debug, thiserror::Error)]
pub enum WatchError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store is well, and what was asked cannot be.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What cannot be, in words for whoever asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What is named is not there.
    #[error("there is no {what} '{name}'")]
    NoSuch {
        /// The kind of thing, as `account`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// What is to be made is there already.
    #[error("{what} '{name}' is there already")]
    Exists {
        /// The kind of thing, as `account`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// What was given can never be right.
    #[error("{what}: {problem}")]
    Invalid {
        /// What was given, as `the name of an account`.
        what: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// It may be right at another time.
    #[error("{problem}")]
    NotNow {
        /// Why it is not now.
        problem: String,
    },
}

impl Refusal {
    pub(crate) fn no_such(what: &'static str, name: impl ToString) -> Self {
        Self::NoSuch { what, name: name.to_string() }
    }

    pub(crate) fn invalid(what: &'static str, problem: impl Into<String>) -> Self {
        Self::Invalid { what, problem: problem.into() }
    }

    pub(crate) fn not_now(problem: impl Into<String>) -> Self {
        Self::NotNow { problem: problem.into() }
    }
}
