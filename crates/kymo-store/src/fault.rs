//! From what SQLite reports to what a person can do about it.

use crate::StoreError;
use kymo_model::RunId;
use rusqlite::{Connection, ErrorCode};
use std::io::{self, ErrorKind};
use std::path::Path;

/// What goes wrong inside, before the file is named.
#[derive(Debug)]
pub enum Fault {
    Sqlite(rusqlite::Error),
    Damaged(String),
    NoSuchRun(RunId),
    Exists(RunId),
    Told(StoreError),
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Told(error)
    }
}

/// The error for a failure of SQLite on the store `path`.
pub fn explain(path: &Path, connection: &Connection, source: rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy { path, waited_s: crate::open::PATIENCE.as_secs() }
        }
        Some(ErrorCode::DiskFull) => StoreError::Full { path },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { path },
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore { path, what: "no SQLite database" },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { path, problem: source.to_string() },
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            // SQLite calls a reached limit or quota an I/O error like any other; the system's own number tells.
            let cause = crate::system_error::last(connection);
            unreachable_by_system(&path, &cause).unwrap_or(match source.sqlite_error_code() {
                Some(ErrorCode::CannotOpen) => StoreError::Unreachable { path, problem: cause.to_string() },
                _ => StoreError::Sqlite { path, source },
            })
        }
        _ => match source {
            // A column that holds what this crate never writes.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => StoreError::Damaged { path, problem: source.to_string() },
            source => StoreError::Sqlite { path, source },
        },
    }
}

/// The error for what the operating system said, where that alone tells what to do.
pub fn unreachable_by_system(path: &Path, cause: &io::Error) -> Option<StoreError> {
    let path = path.to_owned();
    match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded => Some(StoreError::Full { path }),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Some(StoreError::ReadOnly { path }),
        _ => None,
    }
}
