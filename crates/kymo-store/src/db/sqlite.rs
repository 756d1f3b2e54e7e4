//! SQLite: opening with the checks, the settings and the migrations; statements and transactions; what failures mean.

use super::row::Row;
use super::value::{Parameter, Value};
use super::{Dialect, migration, system_error};
use crate::fault::Fault;
use crate::{StoreAddress, StoreError};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a write waits for another process's write. Writes take milliseconds; this outlasts a slow disk's sync.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Marks the file as ours in SQLite's header: "kymo".
const APPLICATION_ID: i64 = 0x6b79_6d6f;

/// Opens the store in the file `path`; creates it, and its folder, where there is none.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    if path.is_dir() {
        return Err(StoreError::Folder { store: path.into() });
    }
    // An absolute path is never one of SQLite's own names: "" and ":memory:" would be stores that vanish.
    let file = std::path::absolute(path).map_err(|error| unreachable(path, &error))?;
    create_folder(path, &file)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(&file, flags).map_err(|error| diagnose(path, &file, error))?;
    let deadline = Instant::now() + PATIENCE;
    loop {
        match prepare(path, &mut connection) {
            // SQLite does not wait for its turn when two processes turn a new file into a store at once.
            Err(StoreError::Busy { .. }) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(error),
            Ok(()) => return Ok(connection),
        }
    }
}

fn unreachable(path: &Path, error: &std::io::Error) -> StoreError {
    unreachable_by_system(&path.into(), error)
        .unwrap_or_else(|| StoreError::Unreachable { store: path.into(), problem: error.to_string() })
}

fn create_folder(path: &Path, file: &Path) -> Result<(), StoreError> {
    match file.parent() {
        Some(folder) if !folder.is_dir() => std::fs::create_dir_all(folder).map_err(|error| unreachable(path, &error)),
        _ => Ok(()),
    }
}

/// Why SQLite could not open the file: it does not say, so the system is asked the same.
fn diagnose(path: &Path, file: &Path, source: rusqlite::Error) -> StoreError {
    // `create` without `truncate`: whatever is there stays as it is.
    let again = std::fs::OpenOptions::new().read(true).append(true).create(true).open(file);
    match again {
        Err(error) => unreachable(path, &error),
        Ok(_) => StoreError::Sqlite { store: path.into(), source },
    }
}

fn prepare(path: &Path, connection: &mut Connection) -> Result<(), StoreError> {
    let version = inspect(path, connection)?;
    // The file is ours or empty: from here on it may be changed.
    match configure(connection) {
        Ok(()) if version == migration::KNOWN => Ok(()),
        Ok(()) => migrate(connection).map_err(|error| explain(&path.into(), connection, error)),
        Err(error) => Err(explain(&path.into(), connection, error)),
    }
}

/// The schema version of the file, 0 where it is empty; an error where it is no store, or none that can be used.
fn inspect(path: &Path, connection: &Connection) -> Result<usize, StoreError> {
    let facts = read_facts(connection).map_err(|error| explain(&path.into(), connection, error))?;
    let store = StoreAddress::from(path);
    let known = migration::KNOWN;
    match facts {
        Facts { read_only: true, .. } => Err(StoreError::ReadOnly { store }),
        Facts { application: APPLICATION_ID, version, .. } => match usize::try_from(version) {
            Ok(version) if version <= known => Ok(version),
            _ => Err(StoreError::Newer { store, found: version, known: known as i64 }),
        },
        Facts { is_empty: true, .. } => Ok(0),
        _ => Err(StoreError::NotAStore { store, what: "another program's SQLite database" }),
    }
}

struct Facts {
    read_only: bool,
    application: i64,
    version: i64,
    is_empty: bool,
}

fn read_facts(connection: &Connection) -> rusqlite::Result<Facts> {
    connection.busy_timeout(PATIENCE)?;
    // One transaction: another process may be turning the empty file into a store just now.
    let transaction = connection.unchecked_transaction()?;
    let pragma = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let is_empty = transaction.query_row("SELECT count(*) = 0 FROM sqlite_master", [], |row| row.get(0))?;
    Ok(Facts {
        read_only: connection.is_readonly("main")?,
        application: pragma("application_id")?,
        version: pragma("user_version")?,
        is_empty,
    })
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Readers and one writer at once; a commit is one write to the log. A file system that cannot do it answers with
    // the mode that it keeps: slower, as safe.
    connection.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
    sync_each_commit(connection, false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Whether each commit waits until the disk has it. Without, a commit outlives a kill of the process, and a loss of
/// power may take the last ones: a sync takes tens of milliseconds on slow disks, and would disturb what is measured.
pub fn sync_each_commit(connection: &Connection, on: bool) -> rusqlite::Result<()> {
    connection.pragma_update(None, "synchronous", if on { "full" } else { "normal" })
}

/// Folds the log into the file as far as other processes' readers allow, without waiting for them.
pub fn checkpoint(connection: &Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Again, under the lock: another process may have been first.
    let version = transaction.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? as usize;
    if version < migration::KNOWN {
        transaction.execute_batch(&migration::text(Dialect::Sqlite, version, migration::KNOWN))?;
        set_version(&transaction, migration::KNOWN)?;
    }
    transaction.commit()
}

/// Notes that the schema is of this version, and the file ours.
pub fn set_version(connection: &Connection, version: usize) -> rusqlite::Result<()> {
    connection.pragma_update(None, "user_version", version as i64)?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(value),
            Self::Real(value) => ValueRef::Real(value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn values<'a>(parameters: &'a [&'a dyn Parameter]) -> impl rusqlite::Params + 'a {
    rusqlite::params_from_iter(parameters.iter().map(|parameter| parameter.value()))
}

pub fn execute(connection: &Connection, sql: &str, parameters: &[&dyn Parameter]) -> Result<u64, Fault> {
    Ok(connection.prepare_cached(sql)?.execute(values(parameters))? as u64)
}

pub fn row<T>(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn Parameter],
    read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values(parameters))?;
    rows.next()?.map(|row| read(&Row::of_sqlite(row))).transpose()
}

pub fn each(
    connection: &Connection,
    sql: &str,
    parameters: &[&dyn Parameter],
    mut read: impl FnMut(&Row<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(values(parameters))?;
    while let Some(row) = rows.next()? {
        read(&Row::of_sqlite(row))?;
    }
    Ok(())
}

/// One transaction that has the write lock from its start: one that reads first and asks for the lock later is refused
/// at once, without waiting, when another process wrote in between.
pub fn write<T>(connection: &Connection, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let value = work()?;
    transaction.commit()?;
    Ok(value)
}

pub fn read<T>(connection: &Connection, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let _transaction = connection.unchecked_transaction()?;
    work()
}

/// What a failure means to a person.
pub fn explain(store: &StoreAddress, connection: &Connection, source: rusqlite::Error) -> StoreError {
    let store = store.clone();
    match source.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            StoreError::Busy { store, waited_s: PATIENCE.as_secs() }
        }
        Some(ErrorCode::DiskFull) => StoreError::Full { store },
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => StoreError::ReadOnly { store },
        Some(ErrorCode::NotADatabase) => StoreError::NotAStore { store, what: "no SQLite database" },
        Some(ErrorCode::DatabaseCorrupt) => StoreError::Damaged { store, problem: source.to_string() },
        Some(ErrorCode::SystemIoFailure | ErrorCode::CannotOpen) => {
            // SQLite calls a reached limit or quota an I/O error like any other; the system's own number tells.
            let cause = system_error::last(connection);
            unreachable_by_system(&store, &cause).unwrap_or(match source.sqlite_error_code() {
                Some(ErrorCode::CannotOpen) => StoreError::Unreachable { store, problem: cause.to_string() },
                _ => StoreError::Sqlite { store, source },
            })
        }
        _ => match source {
            // A column that holds what this crate never writes.
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..) => StoreError::Damaged { store, problem: source.to_string() },
            source => StoreError::Sqlite { store, source },
        },
    }
}

/// The error for what the operating system said, where that alone tells what to do.
fn unreachable_by_system(store: &StoreAddress, cause: &io::Error) -> Option<StoreError> {
    let store = store.clone();
    match cause.kind() {
        ErrorKind::StorageFull | ErrorKind::FileTooLarge | ErrorKind::QuotaExceeded => Some(StoreError::Full { store }),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Some(StoreError::ReadOnly { store }),
        _ => None,
    }
}
