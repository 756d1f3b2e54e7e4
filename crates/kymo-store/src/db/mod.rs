//! One connection to a database, SQLite's or PostgreSQL's: every statement of this crate runs through here, and most are
//! the same text for both.
//!
//! # How to use it
//!
//! ```text
//! db.execute(sql::X, &[&key, &name])?                    // u64: rows changed; parameters are `&[&dyn Parameter]`
//! db.row(sql::X, &[&name], |row| row.get(0))?            // Option<T>: the first row, if there is one
//! db.one(sql::X, &[], |row| row.get(0))?                 // T: of statements that give one row whatever happens
//! db.rows(sql::X, &[&key], |row| Ok((row.get(0)?, row.get(1)?)))?   // Vec<T>
//! db.each(sql::X, &[&key], |row| { …; Ok(()) })?         // streams; no statement may run inside, rows() allows it
//! row.get::<T>(index)?       // i64, u32, u64, f64, bool, String, Vec<u8>, Cow<str>, &[u8], Option of each
//! db.lock(Lock::Chain)?      // what other servers must not do meanwhile, until the transaction ends
//! db.now_ms()?               // the store's clock: the database's for PostgreSQL, this process's for SQLite
//! db.dialect()               // where the two need different texts
//! ```
//!
//! # Rules for statements
//!
//! - Parameters are `$1`, `$2` … and first appear in order: SQLite takes them for names and numbers them as they come.
//! - A key that may be there already is met by `ON CONFLICT … DO NOTHING` (and the count of rows, or `RETURNING`), never
//!   by a failed statement: on PostgreSQL a failure ends the transaction, and what follows is refused.
//! - `sum(…)` of a BIGINT is a NUMERIC there: write `CAST(sum(x) AS BIGINT)`. A parameter whose type nothing says
//!   (`$1 IS NULL`, `SELECT $1`) needs a CAST, too.
//! - `ORDER BY` of a column with NULLs says `NULLS FIRST` or `NULLS LAST`. Texts compare by bytes on both.
//! - Yes and no are INTEGER columns that hold 0 or 1; `row.get::<bool>` and a `bool` as a parameter do the rest.
//!   Write `canary = 1`, not `WHERE canary`.
//!
//! # Transactions
//!
//! [`Db::write`] is `BEGIN IMMEDIATE` on SQLite: one writer at a time in all processes. On PostgreSQL it is READ
//! COMMITTED: each statement sees what others have committed by then, and others write at the same time. So what is
//! read and then written stands behind [`Db::lock`], or in one statement (`UPDATE … WHERE state = 'queued'`, and the
//! count of rows tells who was first). A transaction that fails for a deadlock, a serialization failure or a key that
//! another one just took is run again; the work must be repeatable. [`Db::read`] is one snapshot on both.

pub mod migration;
mod row;
mod server;
mod sqlite;
mod system_error;
mod value;

pub use self::row::Row;
pub use self::value::{Cell, Column, Parameter, Value};

use self::server::Server;
use crate::fault::Fault;
use crate::{StoreAddress, StoreError};

/// Which database a statement is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// What only one transaction at a time does, whatever server it is from. Taken in the order in which they stand here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lock<'a> {
    /// Changes what has this name, of this kind: the queue of a machine, an upload.
    Named(&'static str, &'a str),
    /// Adds to the record: lines, filings, series, contexts, incidents.
    Record,
    /// Appends to the chain of runs.
    Chain,
    /// Appends to the audit log, where what was done is known.
    Audit,
}

/// One connection.
pub struct Db(Backend);

enum Backend {
    Sqlite(Box<rusqlite::Connection>),
    Postgres(Box<Server>),
}

impl Db {
    /// Opens the store at this address, and brings its schema up to date; makes it where there is none.
    pub fn open(address: &StoreAddress) -> Result<Self, StoreError> {
        let backend = match address {
            StoreAddress::File(path) => Backend::Sqlite(Box::new(sqlite::open(path)?)),
            StoreAddress::Postgres(url) => Backend::Postgres(Box::new(Server::open(address, url)?)),
        };
        Ok(Self(backend))
    }

    pub fn dialect(&self) -> Dialect {
        match &self.0 {
            Backend::Sqlite(_) => Dialect::Sqlite,
            Backend::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Runs a statement; how many rows it changed.
    pub fn execute(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<u64, Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => sqlite::execute(connection, sql, parameters),
            Backend::Postgres(server) => server.execute(sql, parameters),
        }
    }

    /// The first row of what a statement gives, if there is one.
    pub fn row<T>(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => sqlite::row(connection, sql, parameters, read),
            Backend::Postgres(server) => {
                let rows = server.query(sql, parameters)?;
                rows.first().map(|row| read(&Row::of_postgres(row))).transpose()
            }
        }
    }

    /// The only row of a statement that always gives one, as a count.
    pub fn one<T>(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        read: impl FnOnce(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.row(sql, parameters, read)?.ok_or_else(|| Fault::Damaged(format!("nothing answers to: {sql}")))
    }

    /// All rows of what a statement gives.
    pub fn rows<T>(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => {
                let mut list = Vec::new();
                sqlite::each(connection, sql, parameters, |row| {
                    list.push(read(row)?);
                    Ok(())
                })?;
                Ok(list)
            }
            Backend::Postgres(server) => {
                server.query(sql, parameters)?.iter().map(|row| read(&Row::of_postgres(row))).collect()
            }
        }
    }

    /// Hands over row after row without keeping them. No other statement may run inside `read`.
    pub fn each(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        read: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => sqlite::each(connection, sql, parameters, read),
            Backend::Postgres(server) => server.each(sql, parameters, read),
        }
    }

    /// Runs several statements without parameters.
    pub fn batch(&self, sql: &str) -> Result<(), Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            Backend::Postgres(server) => server.batch(sql),
        }
    }

    /// Runs the migrations behind one schema version up to another, inside a transaction that writes.
    pub fn make_schema(&self, after: usize, until: usize) -> Result<(), Fault> {
        self.batch(&migration::text(self.dialect(), after, until))?;
        match &self.0 {
            Backend::Sqlite(connection) => Ok(sqlite::set_version(connection, until)?),
            Backend::Postgres(server) => server.set_version(until),
        }
    }

    /// One transaction that writes. On PostgreSQL `work` may run several times, each time from the start.
    pub fn write<T>(&self, mut work: impl FnMut(&Self) -> Result<T, Fault>) -> Result<T, Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => sqlite::write(connection, || work(self)),
            Backend::Postgres(server) => server.write(|| work(self)),
        }
    }

    /// One transaction that reads one state of the store.
    pub fn read<T>(&self, work: impl FnOnce(&Self) -> Result<T, Fault>) -> Result<T, Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => sqlite::read(connection, || work(self)),
            Backend::Postgres(server) => server.read(|| work(self)),
        }
    }

    /// Keeps all others who ask for the same lock waiting until this transaction ends. SQLite has one writer anyway.
    pub fn lock(&self, lock: Lock<'_>) -> Result<(), Fault> {
        match &self.0 {
            Backend::Sqlite(_) => Ok(()),
            Backend::Postgres(server) => server.lock(&lock),
        }
    }

    /// The store's clock, in milliseconds since 1970-01-01 UTC.
    pub fn now_ms(&self) -> Result<i64, Fault> {
        match &self.0 {
            Backend::Sqlite(_) => Ok(crate::store::now_ms()),
            Backend::Postgres(server) => server.now_ms(),
        }
    }

    /// Whether each commit waits until the disk has it. PostgreSQL always waits, unless its owner set it up otherwise.
    pub fn sync_each_commit(&self, on: bool) -> Result<(), Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => Ok(sqlite::sync_each_commit(connection, on)?),
            Backend::Postgres(_) => Ok(()),
        }
    }

    /// Folds what was written into place as far as others allow, without waiting for them.
    pub fn checkpoint(&self) -> Result<(), Fault> {
        match &self.0 {
            Backend::Sqlite(connection) => Ok(sqlite::checkpoint(connection)?),
            Backend::Postgres(_) => Ok(()),
        }
    }

    /// What a failure means to a person.
    pub fn explain(&self, address: &StoreAddress, fault: Fault) -> StoreError {
        match (&self.0, fault) {
            (Backend::Sqlite(connection), Fault::Sqlite(error)) => sqlite::explain(address, connection, error),
            (_, Fault::Sqlite(source)) => StoreError::Sqlite { store: address.clone(), source },
            (_, Fault::Postgres(error)) => server::explain(address, &error),
            (_, Fault::Damaged(problem)) => StoreError::Damaged { store: address.clone(), problem },
            (_, Fault::Exists(id)) => StoreError::Exists { store: address.clone(), id: id.to_string() },
            (_, Fault::NoSuchRun(id)) => StoreError::NotFound {
                store: address.clone(),
                text: id.to_string(),
                hint: "kymo runs lists what is there".to_owned(),
            },
            (_, Fault::Told(error)) => error,
            // Who asks the watch is told the refusal itself; see `watch_store`.
            (_, Fault::Refused(refusal)) => {
                StoreError::Damaged { store: address.clone(), problem: refusal.to_string() }
            }
        }
    }

    #[cfg(test)]
    pub fn sqlite(&self) -> &rusqlite::Connection {
        match &self.0 {
            Backend::Sqlite(connection) => connection,
            Backend::Postgres(_) => panic!("this is no SQLite"),
        }
    }
}
