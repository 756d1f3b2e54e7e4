//! Leases as they are kept: one for every time that a job was given to an agent.

use super::secrets;
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::LeaseId;

/// A lease's row.
pub struct LeaseRow {
    pub job: u64,
    /// The session of the agent that has it.
    pub session: String,
    /// Which try of the job it is for, from 1.
    pub attempt: u32,
    /// SHA-256 of the request that ended the job under it, and the answer as JSON.
    pub answered: Option<(String, String)>,
}

/// The lease of this machine with this name.
pub fn find(db: &Db, machine: &str, lease: &LeaseId) -> Result<Option<LeaseRow>, Fault> {
    db.row(sql::LEASE, &[&lease.0, &machine], |row| {
        let (request, answer): (Option<String>, Option<String>) = (row.get(3)?, row.get(4)?);
        Ok(LeaseRow { job: row.get(0)?, session: row.get(1)?, attempt: row.get(2)?, answered: request.zip(answer) })
    })
}

/// Draws a lease for a job.
pub fn add(db: &Db, now_ms: i64, job: u64, machine: &str, session: &str, attempt: u32) -> Result<LeaseId, Fault> {
    let lease = LeaseId(secrets::secret()?);
    db.execute(sql::ADD_LEASE, &[&lease.0, &job, &machine, &session, &attempt, &now_ms])?;
    Ok(lease)
}

/// Keeps what a job's end was answered with.
pub fn answer(db: &Db, lease: &LeaseId, request_sha256: &str, answer: &str) -> Result<(), Fault> {
    db.execute(sql::ANSWER_LEASE, &[&request_sha256, &answer, &lease.0])?;
    Ok(())
}
