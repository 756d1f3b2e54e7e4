//! A job's row.

use super::words::{of_json, of_word};
use super::{Refusal, seconds};
use crate::db::{Db, Parameter, Row};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{EnvironmentDigest, Job, JobEnd, JobId, JobReason, JobState, Progress};
use kymo_model::{GitHash, ProjectName, RunId};

/// A job as it is kept.
pub struct JobRow {
    pub id: u64,
    pub project: ProjectName,
    pub commit: GitHash,
    pub title: String,
    pub tier: String,
    pub machine: String,
    pub reason: JobReason,
    pub asked_by: String,
    pub priority: i32,
    pub state: JobState,
    pub attempts: u32,
    pub created_ms: i64,
    pub started_ms: Option<i64>,
    pub ended_ms: Option<i64>,
    pub end: Option<JobEnd>,
    pub environment: Option<String>,
    /// The newest lease, live or expired.
    pub lease: Option<String>,
    pub expires_ms: Option<i64>,
    pub called_off: bool,
    pub progress: Option<Progress>,
    pub log_bytes: u64,
    pub log_heard_bytes: u64,
    pub estimated_ms: Option<i64>,
}

/// Reads the columns in the order of `sql_watch`'s `job!`.
fn columns(row: &Row<'_>) -> Result<JobRow, Fault> {
    let id: u64 = row.get(0)?;
    let (project, commit): (String, String) = (row.get(1)?, row.get(2)?);
    let damaged = |what: &str| Fault::Damaged(format!("job {id} has an impossible {what}"));
    let end: Option<String> = row.get(15)?;
    let progress: Option<String> = row.get(21)?;
    Ok(JobRow {
        id,
        project: project.parse().map_err(|_| damaged("project"))?,
        commit: commit.parse().map_err(|_| damaged("commit"))?,
        title: row.get(3)?,
        tier: row.get(4)?,
        machine: row.get(5)?,
        reason: of_word("a job's reason", row.get(6)?)?,
        asked_by: row.get(7)?,
        priority: row.get(8)?,
        state: of_word("a job's state", row.get(10)?)?,
        attempts: row.get(11)?,
        created_ms: row.get(12)?,
        started_ms: row.get(13)?,
        ended_ms: row.get(14)?,
        end: end.map(|text| of_json("a job's end", &text)).transpose()?,
        environment: row.get(16)?,
        lease: row.get(17)?,
        expires_ms: row.get(18)?,
        called_off: row.get(20)?,
        progress: progress.map(|text| of_json("a job's progress", &text)).transpose()?,
        log_bytes: row.get(22)?,
        log_heard_bytes: row.get(23)?,
        estimated_ms: row.get(24)?,
    })
}

/// The first job of a statement that gives jobs.
pub fn first(db: &Db, statement: &str, parameters: &[&dyn Parameter]) -> Result<Option<JobRow>, Fault> {
    db.row(statement, parameters, columns)
}

/// All jobs of a statement that gives jobs.
pub fn all(db: &Db, statement: &str, parameters: &[&dyn Parameter]) -> Result<Vec<JobRow>, Fault> {
    db.rows(statement, parameters, columns)
}

pub fn find(db: &Db, id: JobId) -> Result<Option<JobRow>, Fault> {
    first(db, sql::JOB, &[&id.0])
}

/// The job, which must be there.
pub fn known(db: &Db, id: JobId) -> Result<JobRow, Fault> {
    Ok(find(db, id)?.ok_or_else(|| Refusal::no_such("job", id))?)
}

/// The job that a machine holds.
pub fn running_on(db: &Db, machine: &str) -> Result<Option<JobRow>, Fault> {
    first(db, sql::RUNNING_ON, &[&machine])
}

impl JobRow {
    /// Whether its lease has run out.
    pub fn is_overdue(&self, now_ms: i64) -> bool {
        self.expires_ms.is_none_or(|expires| expires <= now_ms)
    }

    /// As people see it, without its place and estimate.
    pub fn shown(self, runs: Vec<RunId>) -> Job {
        let running = self.state == JobState::Running;
        Job {
            id: JobId(self.id),
            project: self.project,
            commit: self.commit,
            title: self.title,
            tier: self.tier,
            machine: self.machine,
            reason: self.reason,
            asked_by: self.asked_by,
            priority: self.priority,
            state: self.state,
            ahead: None,
            estimate: None,
            progress: self.progress.filter(|_| running),
            attempts: self.attempts,
            created_unix_s: seconds(self.created_ms),
            // A job that went back into the queue is not running, whenever it was.
            started_unix_s: self.started_ms.filter(|_| self.state != JobState::Queued).map(seconds),
            ended_unix_s: self.ended_ms.map(seconds),
            end: self.end,
            runs,
            environment: self.environment.map(EnvironmentDigest),
        }
    }
}
