//! Incidents, as documents that the record writes and reads.

use crate::fault::Fault;
use crate::sql_record as sql;
use rusqlite::{Connection, params};

/// An incident of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// Its number within the project, from 1.
    pub number: u32,
    /// Its document, JSON.
    pub content: String,
}

pub fn all(connection: &Connection, project: i64) -> Result<Vec<IncidentRow>, Fault> {
    let mut statement = connection.prepare_cached(sql::INCIDENTS)?;
    let rows = statement.query_map([project], |row| Ok(IncidentRow { number: row.get(0)?, content: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn set(connection: &Connection, project: i64, rows: &[IncidentRow]) -> Result<(), Fault> {
    for row in rows {
        connection.prepare_cached(sql::SET_INCIDENT)?.execute(params![project, row.number, row.content])?;
    }
    Ok(())
}
