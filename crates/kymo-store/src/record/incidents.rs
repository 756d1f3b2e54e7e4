//! Incidents, as documents that the record writes and reads.

use crate::db::Db;
use crate::fault::Fault;
use crate::sql_record as sql;

/// An incident of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncidentRow {
    /// Its number within the project, from 1.
    pub number: u32,
    /// Its document, JSON.
    pub content: String,
}

pub fn all(db: &Db, project: i64) -> Result<Vec<IncidentRow>, Fault> {
    db.rows(sql::INCIDENTS, &[&project], |row| Ok(IncidentRow { number: row.get(0)?, content: row.get(1)? }))
}

pub fn set(db: &Db, project: i64, rows: &[IncidentRow]) -> Result<(), Fault> {
    for row in rows {
        db.execute(sql::SET_INCIDENT, &[&project, &row.number, &row.content])?;
    }
    Ok(())
}
