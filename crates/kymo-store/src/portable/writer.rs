//! From a database to a back-up.

use super::format::{END, END_OF_TABLE, HEAD, Hashing, Head, MAGIC, ROW, TABLE, Table, put_cell, put_json, unusable};
use super::{Contents, catalog};
use crate::db::{Cell, Db, migration};
use crate::fault::Fault;
use crate::sql_portable as sql;
use sha2::{Digest, Sha256};
use std::io::{self, BufWriter, Write};

/// Writes all tables, inside a transaction that reads one state.
pub fn write(db: &Db, name: &str, head: &Head, out: impl Write) -> Result<Contents, Fault> {
    let told = |error: io::Error| Fault::Told(unwritable(name, &error));
    let mut hashing = Hashing { out: BufWriter::new(out), hash: Sha256::new() };
    hashing.write_all(MAGIC).map_err(told)?;
    let mut stream = zstd::Encoder::new(hashing, zstd::DEFAULT_COMPRESSION_LEVEL).map_err(told)?;
    put_json(&mut stream, HEAD, head).map_err(told)?;
    let mut contents = Contents { schema: head.schema, tables: Vec::new() };
    for table in migration::tables(migration::KNOWN) {
        let rows = write_table(db, table, &mut stream, &told)?;
        contents.tables.push((table.to_owned(), rows));
    }
    stream.write_all(&[END]).map_err(told)?;
    stream.write_all(&(contents.tables.len() as u64).to_le_bytes()).map_err(told)?;
    let hashing = stream.finish().map_err(told)?;
    let (mut out, checksum) = (hashing.out, hashing.hash.finalize());
    out.write_all(&checksum).and_then(|()| out.flush()).map_err(told)?;
    Ok(contents)
}

fn write_table(
    db: &Db,
    table: &str,
    stream: &mut impl Write,
    told: &impl Fn(io::Error) -> Fault,
) -> Result<u64, Fault> {
    let columns = catalog::columns(db, table)?;
    let last_key = catalog::last_key(db, table, &columns)?;
    let about = Table { name: table.to_owned(), columns: columns.names.clone(), last_key };
    put_json(stream, TABLE, &about).map_err(told)?;
    let mut rows = 0;
    db.each(&sql::all(table, &columns.names, &columns.key), &[], |row| {
        stream.write_all(&[ROW]).map_err(told)?;
        for index in 0..columns.names.len() {
            put_cell(stream, &row.get::<Cell<'_>>(index)?).map_err(told)?;
        }
        rows += 1;
        Ok(())
    })?;
    stream.write_all(&[END_OF_TABLE]).and_then(|()| stream.write_all(&u64::to_le_bytes(rows))).map_err(told)?;
    Ok(rows)
}

fn unwritable(name: &str, error: &io::Error) -> crate::StoreError {
    unusable(name, format!("cannot be written ({error})"), "make room for it, or write it elsewhere")
}
