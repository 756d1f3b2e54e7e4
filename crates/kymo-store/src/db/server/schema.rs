//! What a database must be to hold a store, and the migrations under a lock.

use super::{Server, failure};
use crate::db::{Dialect, Row, migration};
use crate::fault::Fault;
use crate::{StoreAddress, StoreError};

/// A number for a name, the same in every version: FNV-1a.
pub fn number_of(name: &str) -> u32 {
    name.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The lock that migrations run under.
const MIGRATING: i64 = 0x6b79_6d6f;

const ENCODING: &str = "SHOW server_encoding";
/// Whether our own table is there, and the first of all tables: in one statement, which sees one state.
const TABLES: &str = "SELECT count(*) FILTER (WHERE relname = 'store_schema') > 0, min(CAST(relname AS TEXT)) FROM pg_class WHERE relnamespace = \
    (SELECT oid FROM pg_namespace WHERE nspname = current_schema()) AND relkind IN ('r', 'p')";
const VERSION: &str = "SELECT coalesce(max(version), 0) FROM store_schema";
const BEGIN_SCHEMA: &str = "CREATE TABLE store_schema (version BIGINT NOT NULL)";
const SET_VERSION: &str = "INSERT INTO store_schema (version) VALUES ($1)";
const CLEAR_VERSION: &str = "DELETE FROM store_schema";

/// Checks the database, and brings its schema up to date.
pub fn prepare(server: &Server, address: &StoreAddress) -> Result<(), StoreError> {
    let told = |fault| match fault {
        Fault::Postgres(error) => failure::explain(address, &error),
        Fault::Told(error) => error,
        other => StoreError::Postgres { store: address.clone(), problem: format!("{other:?}") },
    };
    check_encoding(server, address).map_err(told)?;
    let version = server.read(|| version(server, address)).map_err(told)?;
    if version < migration::KNOWN { server.write(|| migrate(server, address)).map_err(told) } else { Ok(()) }
}

fn check_encoding(server: &Server, address: &StoreAddress) -> Result<(), Fault> {
    let encoding: String = one(server, ENCODING)?;
    if encoding == "UTF8" {
        return Ok(());
    }
    Err(Fault::Told(StoreError::Server {
        store: address.clone(),
        problem: format!("keeps texts as {encoding}"),
        advice: "make a database with the encoding UTF8 (createdb --encoding UTF8 --template template0)",
    }))
}

fn one<T: for<'a> crate::db::Column<'a>>(server: &Server, sql: &str) -> Result<T, Fault> {
    let rows = server.query(sql, &[])?;
    let row = rows.first().ok_or_else(|| Fault::Damaged(format!("nothing answers to: {sql}")))?;
    Row::of_postgres(row).get(0)
}

/// Whether the database has our own table, and the name of any.
fn tables(server: &Server) -> Result<(bool, Option<String>), Fault> {
    let rows = server.query(TABLES, &[])?;
    let row = rows.first().ok_or_else(|| Fault::Damaged(format!("nothing answers to: {TABLES}")))?;
    let row = Row::of_postgres(row);
    Ok((row.get(0)?, row.get(1)?))
}

/// The schema version of the database, 0 where it is empty; an error where it holds something else, or a newer store.
fn version(server: &Server, address: &StoreAddress) -> Result<usize, Fault> {
    let store = address.clone();
    let (is_ours, table) = tables(server)?;
    if !is_ours {
        return match table {
            None => Ok(0),
            Some(table) => Err(Fault::Told(StoreError::Server {
                store,
                problem: format!("is no store of kymo: it has another program's tables ({table})"),
                advice: "give a database of its own; kymo fills an empty one",
            })),
        };
    }
    let found: i64 = one(server, VERSION)?;
    match usize::try_from(found) {
        Ok(version) if version <= migration::KNOWN => Ok(version),
        _ => Err(Fault::Told(StoreError::Newer { store, found, known: migration::KNOWN as i64 })),
    }
}

fn migrate(server: &Server, address: &StoreAddress) -> Result<(), Fault> {
    server.execute("SELECT pg_advisory_xact_lock($1)", &[&MIGRATING])?;
    // Again, under the lock: another server may have been first.
    let version = version(server, address)?;
    if version == migration::KNOWN {
        return Ok(());
    }
    if version == 0 && !tables(server)?.0 {
        server.batch(BEGIN_SCHEMA)?;
    }
    server.batch(&migration::text(Dialect::Postgres, version, migration::KNOWN))?;
    set_version(server, migration::KNOWN)
}

/// Notes that the schema is of this version.
pub fn set_version(server: &Server, version: usize) -> Result<(), Fault> {
    server.execute(CLEAR_VERSION, &[])?;
    server.execute(SET_VERSION, &[&(version as i64)])?;
    Ok(())
}
