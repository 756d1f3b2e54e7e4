//! Opening: the checks, SQLite's settings, the migrations.

use crate::StoreError;
use crate::fault::{explain, unreachable_by_system};
use crate::sql::MIGRATIONS;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, ffi};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a write waits for another process's write. Writes take milliseconds; this outlasts a slow disk's sync.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Marks the file as ours in SQLite's header: "kymo".
const APPLICATION_ID: i64 = 0x6b79_6d6f;

/// Opens the store in the file `path`; creates it, and its folder, where there is none.
pub fn open(path: &Path) -> Result<Connection, StoreError> {
    if path.is_dir() {
        return Err(StoreError::Folder { path: path.to_owned() });
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
    unreachable_by_system(path, error)
        .unwrap_or_else(|| StoreError::Unreachable { path: path.to_owned(), problem: error.to_string() })
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
        Ok(_) => StoreError::Sqlite { path: path.to_owned(), source },
    }
}

fn prepare(path: &Path, connection: &mut Connection) -> Result<(), StoreError> {
    let version = inspect(path, connection)?;
    // The file is ours or empty: from here on it may be changed.
    match configure(connection) {
        Ok(()) if version == MIGRATIONS.len() => Ok(()),
        Ok(()) => migrate(connection).map_err(|error| explain(path, connection, error)),
        Err(error) => Err(explain(path, connection, error)),
    }
}

/// The schema version of the file, 0 where it is empty; an error where it is no store, or none that can be used.
fn inspect(path: &Path, connection: &Connection) -> Result<usize, StoreError> {
    let facts = read_facts(connection).map_err(|error| explain(path, connection, error))?;
    let path = PathBuf::from(path);
    let known = MIGRATIONS.len();
    match facts {
        Facts { read_only: true, .. } => Err(StoreError::ReadOnly { path }),
        Facts { application: APPLICATION_ID, version, .. } => match usize::try_from(version) {
            Ok(version) if version <= known => Ok(version),
            _ => Err(StoreError::Newer { path, found: version, known: known as i64 }),
        },
        Facts { is_empty: true, .. } => Ok(0),
        _ => Err(StoreError::NotAStore { path, what: "another program's SQLite database" }),
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
    connection.set_prepared_statement_cache_capacity(32);
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
    for migration in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(migration)?;
    }
    if version < MIGRATIONS.len() {
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    transaction.commit()
}

/// Whether `error` says that a row is already there.
pub fn is_duplicate(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error().map(|error| error.extended_code),
        Some(ffi::SQLITE_CONSTRAINT_UNIQUE | ffi::SQLITE_CONSTRAINT_PRIMARYKEY)
    )
}
