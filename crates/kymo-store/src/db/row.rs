//! A row of what a statement gives.

use super::value::{self, Cell, Column};
use crate::fault::Fault;
use rusqlite::types::ValueRef;
use std::borrow::Cow;

/// A row, for as long as it is looked at.
pub struct Row<'a>(Source<'a>);

enum Source<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

impl<'a> Row<'a> {
    pub fn of_sqlite(row: &'a rusqlite::Row<'a>) -> Self {
        Self(Source::Sqlite(row))
    }

    pub fn of_postgres(row: &'a postgres::Row) -> Self {
        Self(Source::Postgres(row))
    }

    /// The value of a column, by its index from 0.
    pub fn get<T: Column<'a>>(&self, index: usize) -> Result<T, Fault> {
        value::read(index, self.cell(index)?)
    }

    fn cell(&self, index: usize) -> Result<Cell<'a>, Fault> {
        match self.0 {
            Source::Sqlite(row) => Ok(match row.get_ref(index)? {
                ValueRef::Null => Cell::Null,
                ValueRef::Integer(value) => Cell::Integer(value),
                ValueRef::Real(value) => Cell::Real(value),
                ValueRef::Text(text) => {
                    let text = std::str::from_utf8(text);
                    Cell::Text(Cow::Borrowed(
                        text.map_err(|_| Fault::Damaged(format!("column {index} has a text that is no UTF-8")))?,
                    ))
                }
                ValueRef::Blob(bytes) => Cell::Blob(bytes),
            }),
            Source::Postgres(row) => Ok(row.try_get(index)?),
        }
    }
}
