//! Jobs as people see them.

use super::JobFilter;
use super::estimates::Estimates;
use super::job_row::{self, JobRow};
use super::words::word;
use crate::db::{Db, Parameter};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::RunId;
use kymo_model::watch::{Job, JobId};

fn runs(db: &Db, id: u64) -> Result<Vec<RunId>, Fault> {
    db.rows(sql::JOB_RUNS, &[&id], |row| Ok(RunId::new(row.get::<String>(0)?)))
}

fn shown(db: &Db, now_ms: i64, rows: Vec<JobRow>) -> Result<Vec<Job>, Fault> {
    let mut estimates = Estimates::new(db, now_ms);
    let mut jobs = Vec::with_capacity(rows.len());
    for row in rows {
        let (ahead, estimate) = estimates.of(&row)?;
        let runs = runs(db, row.id)?;
        jobs.push(Job { ahead, estimate, ..row.shown(runs) });
    }
    Ok(jobs)
}

/// Jobs below a number, newest first.
pub fn jobs(db: &Db, now_ms: i64, filter: &JobFilter, before: Option<JobId>, limit: u32) -> Result<Vec<Job>, Fault> {
    let before = before.map_or(i64::MAX, |id| i64::try_from(id.0).unwrap_or(i64::MAX));
    let project = filter.project.as_ref().map(|project| project.as_str().to_owned());
    let state = filter.state.as_ref().map(word).transpose()?;
    let commit = filter.commit.as_ref().map(|commit| commit.as_str().to_owned());
    let text = sql::jobs(project.is_some(), state.is_some(), filter.machine.is_some(), commit.is_some());
    let asked = [&project, &state, &filter.machine, &commit];
    let mut parameters: Vec<&dyn Parameter> = vec![&before];
    parameters.extend(asked.into_iter().flatten().map(|text| text as &dyn Parameter));
    parameters.push(&limit);
    shown(db, now_ms, job_row::all(db, &text, &parameters)?)
}

/// What a machine runs, then what waits for it, in order.
pub fn queue(db: &Db, now_ms: i64, machine: &str, limit: u32) -> Result<Vec<Job>, Fault> {
    let mut rows: Vec<JobRow> = job_row::running_on(db, machine)?.into_iter().collect();
    rows.extend(job_row::all(db, sql::QUEUE, &[&machine, &limit])?);
    rows.truncate(limit as usize);
    shown(db, now_ms, rows)
}

pub fn job(db: &Db, now_ms: i64, id: JobId) -> Result<Option<Job>, Fault> {
    let row = job_row::find(db, id)?;
    Ok(shown(db, now_ms, row.into_iter().collect())?.pop())
}

/// A job that was just looked up.
pub fn known(db: &Db, now_ms: i64, id: JobId) -> Result<Job, Fault> {
    let found = job(db, now_ms, id)?;
    found.ok_or_else(|| Fault::Damaged(format!("job {id} is gone")))
}
