//! The runs that a job measured, on their way into the record.
//!
//! A result is somebody else's word. Where it belongs comes from the job, never from the document.

use super::job_row::JobRow;
use super::{FiledResult, Refusal, machines};
use crate::db::{Db, Lock};
use crate::fault::Fault;
use crate::packing::Selection;
use crate::record::{chain, filings};
use crate::sql_watch as sql;
use crate::{NewPoint, StoreError, document, read, write};
use kymo_model::watch::EndRequest;
use kymo_model::{Commit, Filing, Machine, RunId};

/// What is refused; by this an end that is refused for its results is known.
const RESULT: &str = "a result";

/// Digits of an environment that stand in a fingerprint.
const ENVIRONMENT_DIGITS: usize = 12;

/// Why, where a refusal is about a result.
pub fn is_result(refusal: &Refusal) -> Option<&str> {
    match refusal {
        Refusal::Invalid { what: RESULT, problem } => Some(problem),
        _ => None,
    }
}

fn refused(problem: impl Into<String>) -> Fault {
    Refusal::invalid(RESULT, problem).into()
}

/// Keeps runs and files them under the job's commit, on the job's machine.
pub fn file(
    db: &Db,
    now_ms: i64,
    job: &JobRow,
    request: &EndRequest,
    results: &[FiledResult],
) -> Result<Vec<RunId>, Fault> {
    if !results.is_empty() {
        // Before the chain's, which keeping a run takes: locks have an order.
        db.lock(Lock::Record)?;
    }
    let commit = commit_of(job, request)?;
    let machine = machine_of(db, job, request)?;
    let filing = Filing { project: job.project.clone(), commit, canary: None, anchors: Vec::new() };
    let mut runs = Vec::new();
    for FiledResult { run, points } in results {
        check(db, job, run)?;
        keep(db, now_ms, run).map_err(|fault| as_refusal(run.id.as_str(), fault))?;
        let points: Vec<NewPoint> = points.iter().cloned().map(|point| on(&machine, point)).collect();
        filings::file(db, &run.id, &filing, &machine, &points)?;
        db.execute(sql::ADD_JOB_RUN, &[&job.id, &run.id.as_str()])?;
        if !runs.contains(&run.id) {
            runs.push(run.id.clone());
        }
    }
    Ok(runs)
}

/// The job's commit, with what the checkout says of it.
fn commit_of(job: &JobRow, request: &EndRequest) -> Result<Commit, Fault> {
    match &request.commit {
        None => Ok(Commit::unknown(job.commit.clone())),
        Some(commit) if commit.hash == job.commit => Ok(commit.clone()),
        Some(commit) => Err(refused(format!("it is of commit {}, and the job is for {}", commit.hash, job.commit))),
    }
}

/// The job's machine: its registered name, and the fingerprint that its agent measured outside of any sandbox, with the
/// environment: values from two environments are never compared.
fn machine_of(db: &Db, job: &JobRow, request: &EndRequest) -> Result<Machine, Fault> {
    let report = machines::known(db, &job.machine)?.report;
    let report = report.ok_or_else(|| Fault::Damaged(format!("{} holds a job and said nothing", job.machine)))?;
    let mut machine = Machine { name: job.machine.clone(), ..report.machine };
    if let Some(environment) = &request.environment {
        // As in `sha256:0123…`: the digits tell environments apart.
        let digits = environment.0.rsplit(':').next().unwrap_or_default();
        machine.fingerprint.push('+');
        machine.fingerprint.extend(digits.chars().take(ENVIRONMENT_DIGITS));
    }
    Ok(machine)
}

fn on(machine: &Machine, mut point: NewPoint) -> NewPoint {
    point.context.fingerprint.clone_from(&machine.fingerprint);
    point
}

/// Refuses a run that says it belongs elsewhere, and one that another job has brought.
fn check(db: &Db, job: &JobRow, run: &kymo_model::Run) -> Result<(), Fault> {
    let id = &run.id;
    if let Some(filed) = &run.filed
        && (filed.project != job.project || filed.commit.hash != job.commit)
    {
        let (project, commit) = (&filed.project, &filed.commit.hash);
        return Err(refused(format!("run {id} says that it is of {project} at {commit}, which the job is not for")));
    }
    let other: Option<u64> = db.row(sql::JOB_OF_RUN, &[&id.as_str()], |row| row.get(0))?;
    match other {
        Some(other) if other != job.id => Err(refused(format!("run {id} is in the record already, from job {other}"))),
        _ => Ok(()),
    }
}

/// Keeps a run; the same one again changes nothing.
fn keep(db: &Db, now_ms: i64, run: &kymo_model::Run) -> Result<(), Fault> {
    document::check(run.id.as_str(), run)?;
    match write::insert(db, run) {
        Err(Fault::Exists(_)) if document::same(&read::load(db, &run.id, Selection::All)?, run) => Ok(()),
        inserted => {
            inserted?;
            chain::keep(db, &run.id, super::seconds(now_ms))
        }
    }
}

/// A fault of the document as a refusal of the result: it ends the job, and not the server.
fn as_refusal(id: &str, fault: Fault) -> Fault {
    match fault {
        Fault::Exists(_) => refused(format!("run {id} is in the record already, with other contents")),
        Fault::Told(error @ (StoreError::Document { .. } | StoreError::NewerDocument { .. })) => {
            refused(error.to_string())
        }
        other => other,
    }
}
