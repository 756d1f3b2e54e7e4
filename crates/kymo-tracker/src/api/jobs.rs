//! Jobs and the queue, for people.

use super::access::{Access, forbidden};
use super::answer::Answer;
use super::call::{Call, is_name};
use super::problem::Problem;
use super::route::{Field, Route};
use super::wire::{JobChange, Jobs, LogPart, Page};
use axum::http::Method;
use kymo_model::GitHash;
use kymo_model::watch::{Job, JobId, JobState, Role};
use kymo_store::JobFilter;
use serde_json::json;

/// Bytes of a log that one answer has at most.
const LOG_MAX: u32 = 64 << 10;

/// The highest and the lowest priority.
const PRIORITY_MAX: i32 = 1000;

/// Fields of a list: where it goes on, and how many there are at most.
pub const PAGING: [Field; 2] = [
    Field {
        name: "after",
        schema: || json!({"type": "integer", "minimum": 0, "maximum": i64::MAX}),
        what: "what the answer before gave as next",
        required: false,
    },
    Field {
        name: "limit",
        schema: || json!({"type": "integer", "minimum": 1, "maximum": 500, "default": 50}),
        what: "entries at most",
        required: false,
    },
];

const NAME: fn() -> serde_json::Value = || json!({"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"});

const FILTER: [Field; 6] = [
    Field { name: "project", schema: NAME, what: "only jobs of this project", required: false },
    Field {
        name: "state",
        schema: || json!({"enum": ["queued", "running", "finished", "failed", "cancelled"]}),
        what: "only jobs in this state",
        required: false,
    },
    Field { name: "machine", schema: NAME, what: "only jobs of this machine", required: false },
    Field {
        name: "commit",
        schema: || json!({"type": "string", "pattern": "^([0-9a-fA-F]{40}|[0-9a-fA-F]{64})$"}),
        what: "only jobs at this commit, by its whole hash",
        required: false,
    },
    PAGING[0],
    PAGING[1],
];

const QUEUE: [Field; 2] = [
    Field { name: "machine", schema: NAME, what: "the queue of this machine; without it, of all", required: false },
    PAGING[1],
];

const LOG: [Field; 1] = [Field {
    name: "offset",
    schema: || json!({"type": "integer", "minimum": 0, "maximum": i64::MAX, "default": 0}),
    what: "bytes of the log to leave out",
    required: false,
}];

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/jobs", list)
            .access(Access::Reader)
            .query(&FILTER)
            .gives::<Jobs>(200)
            .summary("Jobs, newest first"),
        Route::get("/jobs/{id}", show).access(Access::Reader).gives::<Job>(200).summary("A job"),
        Route::get("/jobs/{id}/log", log)
            .access(Access::Reader)
            .query(&LOG)
            .gives::<LogPart>(200)
            .summary("The log of a job, from a place on"),
        Route::post("/jobs/{id}/cancel", cancel)
            .role(Role::Requester)
            .gives::<Job>(200)
            .summary("Call a job off: one's own, or any for operators"),
        Route::post("/jobs/{id}/retry", retry)
            .role(Role::Requester)
            .gives::<Job>(200)
            .summary("Put a job that ended into the queue again: one's own, or any for operators"),
        Route::other(Method::PATCH, "/jobs/{id}", change)
            .role(Role::Operator)
            .takes::<JobChange>()
            .gives::<Job>(200)
            .summary("Give a waiting job another priority"),
        Route::get("/queue", queue)
            .access(Access::Reader)
            .query(&QUEUE)
            .gives::<Jobs>(200)
            .summary("What runs and what waits, in the order in which it will be taken"),
    ]
}

fn list(call: &Call) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    let state = call.query.get("state").map(|text| serde_json::from_value::<JobState>(text.as_str().into()));
    let unknown = |_| Problem::invalid("state is one of queued, running, finished, failed, cancelled");
    let filter = JobFilter {
        project: call.field("project")?,
        state: state.transpose().map_err(unknown)?,
        machine: machine(call)?,
        commit: call.field::<GitHash>("commit")?,
    };
    let before = call.number("after")?.map(JobId);
    let mut items = call.store(|store| store.jobs(&filter, before, limit + 1))?;
    let more = items.len() > limit as usize;
    items.truncate(limit as usize);
    let next = items.last().filter(|_| more).map(|job| job.id.to_string());
    Answer::ok(&Page { items, next })
}

fn machine(call: &Call) -> Result<Option<String>, Problem> {
    let machine = call.query.get("machine");
    if machine.is_some_and(|name| !is_name(name)) {
        return Err(Problem::invalid("machine is no name of a machine"));
    }
    Ok(machine.cloned())
}

fn found(job: Option<Job>, id: JobId) -> Result<Job, Problem> {
    job.ok_or_else(|| Problem::not_found("job", id))
}

fn show(call: &Call) -> Result<Answer, Problem> {
    let id = call.job()?;
    Answer::ok(&found(call.store(|store| store.job(id))?, id)?)
}

fn log(call: &Call) -> Result<Answer, Problem> {
    let id = call.job()?;
    let offset = call.number("offset")?.unwrap_or_default();
    let log = call.store(|store| store.job_log(id, offset, LOG_MAX))?.ok_or_else(|| Problem::not_found("job", id))?;
    Answer::ok(&LogPart { offset: log.offset, total_bytes: log.total_bytes, text: log.text })
}

/// Whether the caller may change a job: operators any, others their own.
fn own(call: &Call, id: JobId) -> Result<(), Problem> {
    let account = call.account()?;
    if account.role >= Role::Operator {
        return Ok(());
    }
    let job = found(call.store(|store| store.job(id))?, id)?;
    if job.asked_by == account.name {
        return Ok(());
    }
    Err(forbidden(format!("job {id} was asked for by {}: an operator can do this", job.asked_by)))
}

fn cancel(call: &Call) -> Result<Answer, Problem> {
    let id = call.job()?;
    own(call, id)?;
    Answer::ok(&call.store(|store| store.cancel_job(&call.actor(), id))?)
}

fn retry(call: &Call) -> Result<Answer, Problem> {
    let id = call.job()?;
    own(call, id)?;
    let job = call.store(|store| store.retry_job(&call.actor(), id))?;
    call.api.wakers.wake(&job.machine);
    Answer::ok(&job)
}

fn change(call: &Call) -> Result<Answer, Problem> {
    let (id, change) = (call.job()?, call.json::<JobChange>()?);
    if !(-PRIORITY_MAX..=PRIORITY_MAX).contains(&change.priority) {
        return Err(Problem::invalid(format!("priority goes from -{PRIORITY_MAX} to {PRIORITY_MAX}")));
    }
    Answer::ok(&call.store(|store| store.set_priority(&call.actor(), id, change.priority))?)
}

fn queue(call: &Call) -> Result<Answer, Problem> {
    let limit = call.limit()?;
    let items = match machine(call)? {
        Some(machine) => call.store(|store| store.queue(&machine, limit))?,
        None => call.store(|store| {
            let mut all = Vec::new();
            for machine in store.machines()? {
                let left = limit.saturating_sub(all.len() as u32);
                if left > 0 {
                    all.extend(store.queue(&machine.name, left)?);
                }
            }
            Ok(all)
        })?,
    };
    Answer::ok(&Jobs::whole(items))
}
