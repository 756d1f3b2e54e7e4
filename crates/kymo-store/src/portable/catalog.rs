//! What tables there are, as the schema and the database say.

use super::Contents;
use crate::db::{Db, Dialect, migration};
use crate::fault::Fault;
use crate::sql_portable as sql;

/// A table of the database.
pub struct Columns {
    /// All columns, in their order.
    pub names: Vec<String>,
    /// Those of the primary key, in its order.
    pub key: Vec<String>,
}

pub fn columns(db: &Db, table: &str) -> Result<Columns, Fault> {
    let statement = match db.dialect() {
        Dialect::Sqlite => sql::COLUMNS_SQLITE,
        Dialect::Postgres => sql::COLUMNS_POSTGRES,
    };
    let rows: Vec<(String, i64)> = db.rows(statement, &[&table], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if rows.is_empty() {
        return Err(Fault::Damaged(format!("its table {table} is missing")));
    }
    let mut key: Vec<(i64, String)> =
        rows.iter().filter(|(_, place)| *place > 0).map(|(name, place)| (*place, name.clone())).collect();
    key.sort();
    Ok(Columns {
        names: rows.into_iter().map(|(name, _)| name).collect(),
        key: key.into_iter().map(|(_, name)| name).collect(),
    })
}

/// The last key that a table gave out; `None` where it gave out none, or gives out none at all.
pub fn last_key(db: &Db, table: &str, columns: &Columns) -> Result<Option<i64>, Fault> {
    let [key] = &columns.key[..] else { return Ok(None) };
    let found: Option<Option<i64>> = match db.dialect() {
        Dialect::Sqlite => db.row(sql::LAST_KEY_SQLITE, &[&table], |row| row.get(0))?,
        Dialect::Postgres => db.row(sql::LAST_KEY_POSTGRES, &[&table, key], |row| row.get(0))?,
    };
    Ok(found.flatten())
}

/// Makes the keys of a table go on behind this one.
pub fn set_last_key(db: &Db, table: &str, columns: &Columns, last: i64) -> Result<(), Fault> {
    let [key] = &columns.key[..] else { return Ok(()) };
    match db.dialect() {
        Dialect::Sqlite => {
            if db.execute(sql::SET_LAST_KEY_SQLITE, &[&last, &table])? == 0 {
                db.execute(sql::NEW_LAST_KEY_SQLITE, &[&last, &table])?;
            }
        }
        Dialect::Postgres => {
            db.execute(sql::SET_LAST_KEY_POSTGRES, &[&table, key, &last])?;
        }
    }
    Ok(())
}

pub fn rows(db: &Db, table: &str) -> Result<u64, Fault> {
    db.one(&sql::count(table), &[], |row| row.get(0))
}

pub fn contents(db: &Db) -> Result<Contents, Fault> {
    let tables = migration::tables(migration::KNOWN);
    let counted = tables.into_iter().map(|table| Ok((table.to_owned(), rows(db, table)?)));
    Ok(Contents { schema: migration::KNOWN as u32, tables: counted.collect::<Result<_, Fault>>()? })
}

pub fn size_bytes(db: &Db) -> Result<u64, Fault> {
    let statement = match db.dialect() {
        Dialect::Sqlite => sql::SIZE_SQLITE,
        Dialect::Postgres => sql::SIZE_POSTGRES,
    };
    db.one(statement, &[], |row| row.get(0))
}

/// Removes all tables, with what belongs to them.
pub fn clear(db: &Db) -> Result<(), Fault> {
    let tables = migration::tables(migration::KNOWN);
    let mut functions: Vec<String> = Vec::new();
    if db.dialect() == Dialect::Postgres {
        for table in &tables {
            functions.extend(db.rows(sql::TRIGGER_FUNCTIONS, &[table], |row| row.get::<String>(0))?);
        }
    }
    // A table goes before those that it refers to.
    for table in tables.iter().rev() {
        db.batch(&sql::drop_table(table))?;
    }
    for function in functions {
        db.batch(&sql::drop_function(&function))?;
    }
    Ok(())
}
