//! From a back-up to a database, inside a transaction.

use super::Contents;
use super::catalog::{self, Columns};
use super::format::{Owned, Table, damaged};
use super::reader::{Record, Records};
use crate::db::{Db, Dialect, Parameter, migration};
use crate::fault::Fault;
use crate::sql_portable as sql;
use std::io::{Read, Seek};

/// Values that one statement puts in at most: PostgreSQL answers each statement over the network, SQLite in no time.
const VALUES_AT_ONCE: usize = 1000;

/// Bytes that it puts in at most, unless one row has more.
const BYTES_AT_ONCE: usize = 1 << 20;

/// Makes the schema of the back-up, fills it, and brings it up to date.
pub fn fill(db: &Db, name: &str, from: &mut (impl Read + Seek), end: u64) -> Result<Contents, Fault> {
    let mut records = Records::open(name, from, end)?;
    let schema = records.head.schema;
    let known = migration::tables(schema as usize);
    catalog::clear(db)?;
    db.make_schema(0, schema as usize)?;
    let mut contents = Contents { schema, tables: Vec::new() };
    loop {
        match records.next(0)? {
            Record::Table(table) => {
                if !known.contains(&table.name.as_str()) {
                    return Err(damaged(name, format!("schema {schema} has no table {}", table.name)).into());
                }
                let rows = fill_table(db, name, &table, &mut records)?;
                contents.tables.push((table.name, rows));
            }
            Record::End(tables) if tables as usize == contents.tables.len() && known.len() == contents.tables.len() => {
                break;
            }
            _ => return Err(damaged(name, "its tables are not as many as it says").into()),
        }
    }
    db.make_schema(schema as usize, migration::KNOWN)?;
    Ok(contents)
}

fn fill_table<R: Read + Seek>(db: &Db, name: &str, table: &Table, records: &mut Records<'_, R>) -> Result<u64, Fault> {
    let columns = catalog::columns(db, &table.name)?;
    let mut wanted: Vec<&String> = columns.names.iter().collect();
    let mut there: Vec<&String> = table.columns.iter().collect();
    wanted.sort();
    there.sort();
    if wanted != there {
        return Err(damaged(name, format!("its table {} has other columns", table.name)).into());
    }
    let mut batch = Batch::new(db, table);
    let rows = loop {
        match records.next(table.columns.len())? {
            Record::Row(row) => batch.add(row)?,
            Record::EndOfTable(rows) => break rows,
            _ => return Err(damaged(name, format!("its table {} has no end", table.name)).into()),
        }
    };
    batch.flush()?;
    if batch.done != rows || catalog::rows(db, &table.name)? != rows {
        return Err(damaged(name, format!("its table {} has not the {rows} rows that it says", table.name)).into());
    }
    go_on_behind(db, table, &columns)?;
    Ok(rows)
}

/// No key is given out again, not even that of a row that is gone.
fn go_on_behind(db: &Db, table: &Table, columns: &Columns) -> Result<(), Fault> {
    match table.last_key {
        Some(last) if last > 0 => catalog::set_last_key(db, &table.name, columns, last),
        _ => Ok(()),
    }
}

/// Rows on their way into a table.
struct Batch<'a> {
    db: &'a Db,
    table: &'a Table,
    waiting: Vec<Owned>,
    bytes: usize,
    rows_at_once: usize,
    /// Rows that are in it.
    done: u64,
}

impl<'a> Batch<'a> {
    fn new(db: &'a Db, table: &'a Table) -> Self {
        let rows_at_once = match db.dialect() {
            Dialect::Sqlite => 1,
            Dialect::Postgres => (VALUES_AT_ONCE / table.columns.len().max(1)).max(1),
        };
        Self { db, table, waiting: Vec::new(), bytes: 0, rows_at_once, done: 0 }
    }

    fn add(&mut self, row: Vec<Owned>) -> Result<(), Fault> {
        self.bytes += row.iter().map(Owned::bytes).sum::<usize>();
        self.waiting.extend(row);
        let full = self.waiting.len() >= self.rows_at_once * self.table.columns.len();
        if full {
            self.put(self.rows_at_once)
        } else if self.bytes > BYTES_AT_ONCE {
            self.flush()
        } else {
            Ok(())
        }
    }

    /// Puts in what waits, row by row: statements of every size would have to be prepared otherwise.
    fn flush(&mut self) -> Result<(), Fault> {
        while !self.waiting.is_empty() {
            self.put(1)?;
        }
        Ok(())
    }

    fn put(&mut self, rows: usize) -> Result<(), Fault> {
        let values = rows * self.table.columns.len();
        let statement = sql::insert(&self.table.name, &self.table.columns, rows);
        let parameters: Vec<&dyn Parameter> =
            self.waiting[..values].iter().map(|value| value as &dyn Parameter).collect();
        self.done += self.db.execute(&statement, &parameters)?;
        self.waiting.drain(..values);
        if self.waiting.is_empty() {
            self.bytes = 0;
        }
        Ok(())
    }
}
