//! One error for the command line: what kind, what happened, what to do.

use crate::remark::remark;
use std::process::ExitCode;

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub struct CliError {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// The command was wrong: exit code 2.
    Usage,
    /// The command was right and could not be done: exit code 1.
    Failure,
    /// The reader of our output went away: that is no failure.
    BrokenPipe,
}

impl CliError {
    /// The command was wrong: a name, a value, a file.
    pub fn usage(message: impl ToString) -> Self {
        Self { kind: Kind::Usage, message: message.to_string(), hint: None }
    }

    /// The command was right and could not be done.
    pub fn failure(message: impl ToString) -> Self {
        Self { kind: Kind::Failure, message: message.to_string(), hint: None }
    }

    /// What happened, without the hint.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Whether the command was right and could not be done.
    pub fn is_failure(&self) -> bool {
        self.kind == Kind::Failure
    }

    /// Says what to do about it.
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// As [`CliError::with_hint`], unless it says what to do about it already.
    pub fn or_hint(self, hint: impl Into<String>) -> Self {
        if self.hint.is_some() { self } else { self.with_hint(hint) }
    }

    /// Writes the error and gives the exit code.
    pub fn report(self) -> ExitCode {
        match self.kind {
            Kind::BrokenPipe => return ExitCode::SUCCESS,
            Kind::Usage | Kind::Failure => remark(format_args!("kymo: {}", self.message.trim_end())),
        }
        if let Some(hint) = self.hint {
            remark(format_args!("  {hint}"));
        }
        ExitCode::from(if self.kind == Kind::Usage { 2 } else { 1 })
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        // `kymo runs | head` closes the pipe early, and got all it wanted.
        let kind = if error.kind() == std::io::ErrorKind::BrokenPipe { Kind::BrokenPipe } else { Kind::Failure };
        Self { kind, message: error.to_string(), hint: None }
    }
}

impl From<kymo_store::StoreError> for CliError {
    fn from(error: kymo_store::StoreError) -> Self {
        use kymo_store::StoreError as E;
        match error {
            // A run or a store that is not what was named is the user's word; a disk that fails is not.
            E::NotFound { .. } | E::Ambiguous { .. } | E::Folder { .. } | E::NotAStore { .. } | E::NotEmpty { .. } => {
                Self::usage(error)
            }
            error => Self::failure(error),
        }
    }
}

impl From<kymo_store::WatchError> for CliError {
    fn from(error: kymo_store::WatchError) -> Self {
        match error {
            kymo_store::WatchError::Store(error) => error.into(),
            // What cannot be is the user's word.
            kymo_store::WatchError::Refused(refusal) => Self::usage(refusal),
        }
    }
}

impl From<kymo_history::HistoryError> for CliError {
    fn from(error: kymo_history::HistoryError) -> Self {
        use kymo_history::HistoryError as E;
        match error {
            E::Store(error) => error.into(),
            // A repository or a commit that is not there is the user's word, as is a file with decisions.
            E::NoRepository { .. } | E::NoCommit { .. } | E::Decisions { what: "read", .. } => Self::usage(error),
            error => Self::failure(error),
        }
    }
}

impl From<kymo_suite::SuiteError> for CliError {
    fn from(error: kymo_suite::SuiteError) -> Self {
        use kymo_suite::{FetchError, SuiteError};
        match error {
            SuiteError::Fetch(error) => {
                let online = matches!(*error, FetchError::Client { .. });
                let failure = Self::failure(error);
                if !online {
                    return failure;
                }
                failure.with_hint(
                    "modules of packages need the network once, or a mirror that the client is set up for; \
                     suites whose modules lie beside their suite.toml need neither",
                )
            }
            error => Self::usage(error),
        }
    }
}

impl From<kymo_worker::parent::FindError> for CliError {
    fn from(error: kymo_worker::parent::FindError) -> Self {
        match error {
            kymo_worker::parent::FindError::NotFound { .. } => Self::usage(error),
            error => Self::failure(error),
        }
    }
}
