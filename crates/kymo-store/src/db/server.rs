//! PostgreSQL: statements and transactions over one connection, which is made anew when it broke between two
//! transactions.

mod connect;
mod failure;
mod schema;
mod tls;
mod value;

pub use failure::explain;

use super::row::Row;
use super::value::{Parameter, Value};
use super::{Lock, sqlite};
use crate::fault::Fault;
use crate::{StoreAddress, StoreError};
use connect::Way;
use postgres::fallible_iterator::FallibleIterator;
use postgres::{Client, Statement};
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::time::Duration;

/// A connection, and how it was made.
pub struct Server {
    way: Way,
    client: RefCell<Client>,
    /// Prepared statements by their text.
    statements: RefCell<HashMap<String, Statement>>,
    /// Whether a statement of the transaction failed: PostgreSQL answers a COMMIT of such a one with a roll-back, and
    /// no error.
    failed: Cell<bool>,
}

/// Statements that are kept prepared: more than this crate has.
const STATEMENTS_MAX: usize = 400;

/// How often a transaction is run again that was in the way of another one.
const AGAIN_MAX: u32 = 12;

/// How often one is run again that met a key which another one had just taken or removed. Seen again, it is there or
/// gone, and the work goes another way; if not, it is no race.
const TAKEN_MAX: u32 = 2;

impl Server {
    /// Connects, checks what is there, and brings the schema up to date.
    pub fn open(address: &StoreAddress, url: &str) -> Result<Self, StoreError> {
        let way = Way::of(address, url)?;
        let client = way.connect().map_err(|error| way.explain(address, &error))?;
        let server =
            Self { way, client: RefCell::new(client), statements: RefCell::default(), failed: Cell::new(false) };
        schema::prepare(&server, address)?;
        Ok(server)
    }

    /// What came of a statement; notes a failure.
    fn noted<T>(&self, done: Result<T, postgres::Error>) -> Result<T, Fault> {
        if done.is_err() {
            self.failed.set(true);
        }
        Ok(done?)
    }

    fn statement(&self, sql: &str) -> Result<Statement, Fault> {
        let mut statements = self.statements.borrow_mut();
        if let Some(there) = statements.get(sql) {
            return Ok(there.clone());
        }
        let made = self.noted(self.client.borrow_mut().prepare(sql))?;
        if statements.len() >= STATEMENTS_MAX {
            statements.clear();
        }
        statements.insert(sql.to_owned(), made.clone());
        Ok(made)
    }

    pub fn execute(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<u64, Fault> {
        let statement = self.statement(sql)?;
        let values: Vec<Value<'_>> = parameters.iter().map(|parameter| parameter.value()).collect();
        let values: Vec<_> = values.iter().map(|value| value as &(dyn postgres::types::ToSql + Sync)).collect();
        self.noted(self.client.borrow_mut().execute(&statement, &values))
    }

    pub fn query(&self, sql: &str, parameters: &[&dyn Parameter]) -> Result<Vec<postgres::Row>, Fault> {
        let statement = self.statement(sql)?;
        let values: Vec<Value<'_>> = parameters.iter().map(|parameter| parameter.value()).collect();
        let values: Vec<_> = values.iter().map(|value| value as &(dyn postgres::types::ToSql + Sync)).collect();
        self.noted(self.client.borrow_mut().query(&statement, &values))
    }

    pub fn each(
        &self,
        sql: &str,
        parameters: &[&dyn Parameter],
        mut read: impl FnMut(&Row<'_>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let statement = self.statement(sql)?;
        let values: Vec<Value<'_>> = parameters.iter().map(|parameter| parameter.value()).collect();
        let mut client = self.client.borrow_mut();
        let mut rows = self.noted(client.query_raw(&statement, values))?;
        while let Some(row) = self.noted(rows.next())? {
            read(&Row::of_postgres(&row))?;
        }
        Ok(())
    }

    pub fn batch(&self, sql: &str) -> Result<(), Fault> {
        self.noted(self.client.borrow_mut().batch_execute(sql))
    }

    pub fn write<T>(&self, mut work: impl FnMut() -> Result<T, Fault>) -> Result<T, Fault> {
        let mut again = 0;
        loop {
            match self.transaction("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", &mut work) {
                Err(Fault::Postgres(error)) if again < tries(&error) => again += 1,
                done => return done,
            }
            // Longer each time, and not the same for two that met.
            let spread = u64::from(std::process::id()).wrapping_mul(31).wrapping_add(self.address()) % 8;
            std::thread::sleep(Duration::from_millis((3 + spread) << again.min(6)));
        }
    }

    /// A number that differs from one connection to the next.
    fn address(&self) -> u64 {
        (std::ptr::from_ref(self) as usize as u64) >> 6
    }

    pub fn read<T>(&self, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        self.transaction("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", work)
    }

    fn transaction<T>(&self, begin: &str, work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
        self.begin(begin)?;
        let open = Open(self);
        let value = work()?;
        if self.failed.get() {
            // Whoever goes on after a failed statement would have nothing saved, and be told nothing.
            return Err(Fault::Damaged("a statement failed, and its transaction went on".to_owned()));
        }
        self.batch("COMMIT")?;
        std::mem::forget(open);
        Ok(value)
    }

    /// Begins a transaction; on a connection that broke since the last one, on a new one: nothing was asked of it yet.
    fn begin(&self, begin: &str) -> Result<(), Fault> {
        self.failed.set(false);
        match self.client.borrow_mut().batch_execute(begin) {
            Err(error) if error.is_closed() || failure::is_lost(&error) => {}
            begun => return Ok(begun?),
        }
        let client = self.way.connect()?;
        self.statements.borrow_mut().clear();
        *self.client.borrow_mut() = client;
        self.batch(begin)
    }

    pub fn lock(&self, lock: &Lock<'_>) -> Result<(), Fault> {
        let (class, name) = match lock {
            Lock::Record => (1, ""),
            Lock::Audit => (2, ""),
            Lock::Chain => (3, ""),
            Lock::Named(kind, name) => (4 + i64::from(schema::number_of(kind) & 0xffff), *name),
        };
        // Two names with one number wait for each other for nothing, and that is all.
        self.execute(
            "SELECT pg_advisory_xact_lock(CAST($1 AS INTEGER), CAST($2 AS INTEGER))",
            &[&class, &schema::number_of(name).cast_signed()],
        )?;
        Ok(())
    }

    pub fn set_version(&self, version: usize) -> Result<(), Fault> {
        schema::set_version(self, version)
    }

    pub fn now_ms(&self) -> Result<i64, Fault> {
        let rows = self.query("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)", &[])?;
        rows.first().map_or_else(|| Ok(0), |row| Row::of_postgres(row).get(0))
    }
}

/// A transaction that was not committed yet: it is rolled back, whatever ends it.
struct Open<'a>(&'a Server);

impl Drop for Open<'_> {
    fn drop(&mut self) {
        if let Ok(mut client) = self.0.client.try_borrow_mut() {
            // On a broken connection there is nothing to roll back.
            let _ = client.batch_execute("ROLLBACK");
        }
    }
}

/// How often a transaction that failed so may be run again.
fn tries(error: &postgres::Error) -> u32 {
    match error.code().map(postgres::error::SqlState::code) {
        // Serialization failure, deadlock.
        Some("40001" | "40P01") => AGAIN_MAX,
        // A unique or a foreign key.
        Some("23505" | "23503") => TAKEN_MAX,
        _ => 0,
    }
}
