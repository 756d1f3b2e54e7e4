//! The end of a job, in one transaction: its results in the record, its uploads gone, the answer kept for a request that
//! comes again.

use super::job_row::{self, JobRow};
use super::lease_row;
use super::words::{hex, json, of_json};
use super::{Actor, FiledResult, Refusal, audit, jobs, leases, logs, queue_of, results, uploads};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{EndRequest, EndResponse, JobEnd, JobId, JobState, LeaseId, Order, RegressionRule};
use kymo_model::{ProjectName, RunId};
use sha2::{Digest, Sha256};

/// Results of a job at most.
const RESULTS_MAX: usize = 64;

/// A digest's characters at most.
const ENVIRONMENT_MAX: usize = 200;

/// Whether a job can be ended under its newest lease. Also one that was given up as lost, and whose agent was cut off
/// and measured on: what was measured counts.
fn can_end(job: &JobRow) -> bool {
    matches!(job.state, JobState::Running | JobState::Queued) || job.end == Some(JobEnd::Lost)
}

/// Ends a job; `None` where the lease is gone.
pub fn end(
    db: &Db,
    now_ms: i64,
    machine: &str,
    lease: &LeaseId,
    request: &EndRequest,
    end: &JobEnd,
    filed: &[FiledResult],
) -> Result<Option<EndResponse>, Fault> {
    if filed.len() > RESULTS_MAX {
        return Err(too_many());
    }
    close(db, now_ms, (machine, lease), request, end, |job| results::file(db, now_ms, job, request, filed))
}

/// Ends a job whose results were refused, with none of them; as [`end`] otherwise.
pub fn reject(
    db: &Db,
    now_ms: i64,
    machine: &str,
    lease: &LeaseId,
    request: &EndRequest,
    rejected: &JobEnd,
) -> Result<Option<EndResponse>, Fault> {
    close(db, now_ms, (machine, lease), request, rejected, |_| Ok(Vec::new()))
}

fn close(
    db: &Db,
    now_ms: i64,
    (machine, lease): (&str, &LeaseId),
    request: &EndRequest,
    end: &JobEnd,
    file: impl FnOnce(&JobRow) -> Result<Vec<RunId>, Fault>,
) -> Result<Option<EndResponse>, Fault> {
    check(request)?;
    queue_of(db, machine)?;
    let Some(row) = lease_row::find(db, machine, lease)? else { return Ok(None) };
    let asked = hex(&Sha256::digest(json(request)?));
    if let Some((request, answer)) = &row.answered {
        return if *request == asked { of_json("the answer to a job's end", answer).map(Some) } else { Ok(None) };
    }
    let Some((_, job)) = leases::live(db, machine, lease)?.filter(|(_, job)| can_end(job)) else { return Ok(None) };
    logs::append(db, &job, request.log.as_ref())?;
    if let Some(environment) = &request.environment {
        db.execute(sql::SET_ENVIRONMENT, &[&environment.0, &job.id])?;
    }
    if let Some(rule) = &request.regression {
        db.execute(sql::SET_REGRESSION, &[&json(rule)?, &job.id])?;
    }
    let runs = file(&job)?;
    jobs::end(db, now_ms, job.id, end)?;
    for sha256 in &request.results {
        uploads::delete(db, machine, sha256)?;
    }
    let answer = EndResponse { runs, end: end.clone() };
    lease_row::answer(db, lease, &asked, &json(&answer)?)?;
    let detail = serde_json::json!({ "end": answer.end, "runs": answer.runs });
    audit::note(db, now_ms, &Actor(format!("machine:{machine}")), "job.end", job.id, &detail)?;
    Ok(Some(answer))
}

fn too_many() -> Fault {
    Refusal::invalid("the end of a job", format!("at most {RESULTS_MAX} results")).into()
}

fn check(request: &EndRequest) -> Result<(), Fault> {
    if request.results.len() > RESULTS_MAX {
        return Err(too_many());
    }
    if request.regression.as_ref().is_some_and(|rule| rule.ignore.len() > RegressionRule::IGNORE_MAX) {
        let most = format!("at most {} benchmarks are ignored", RegressionRule::IGNORE_MAX);
        return Err(Refusal::invalid("what counts as a regression", most).into());
    }
    if let Some(environment) = &request.environment {
        const DIGEST: &str = "the digest of an environment";
        super::words::check_line(DIGEST, &environment.0, ENVIRONMENT_MAX)?;
        if environment.0.is_empty() {
            return Err(Refusal::invalid(DIGEST, "it is empty").into());
        }
    }
    Ok(())
}

/// What the newest measured commit of a project's main line says counts as a regression.
pub fn regression_rule(db: &Db, project: &ProjectName) -> Result<Option<RegressionRule>, Fault> {
    let text: Option<String> = db.row(sql::REGRESSION, &[&project.as_str()], |row| row.get(0))?;
    text.map(|text| of_json("what counts as a regression", &text)).transpose()
}

/// What a lease is for, as long as [`end`] answers under it.
pub fn holder(db: &Db, machine: &str, lease: &LeaseId) -> Result<Option<Order>, Fault> {
    let Some(row) = lease_row::find(db, machine, lease)? else { return Ok(None) };
    let Some(job) = job_row::find(db, JobId(row.job))? else { return Ok(None) };
    let newest = job.lease.as_ref() == Some(&lease.0) && can_end(&job);
    if row.answered.is_none() && !newest {
        return Ok(None);
    }
    leases::order(db, &job, row.attempt).map(Some)
}
