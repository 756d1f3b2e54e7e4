//! Jobs come into the queue, leave it, and move in it.

use super::job_row::{JobRow, known};
use super::turns::Turns;
use super::words::{check_line, check_name, json, word};
use super::{NewJob, Refusal, machines, policies, queue_of};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{JobEnd, JobId, JobState, ProjectPolicy};
use std::collections::{BTreeSet, HashMap};

/// Jobs that are asked for at once, at most.
const JOBS_MAX: usize = 10_000;

/// A title's bytes at most.
const TITLE_MAX_BYTES: usize = 1000;

/// Adds jobs; their numbers, and whether each is new.
pub fn add(db: &Db, now_ms: i64, jobs: &[NewJob]) -> Result<Vec<(JobId, bool)>, Fault> {
    if jobs.len() > JOBS_MAX {
        return Err(Refusal::invalid("a request", format!("at most {JOBS_MAX} jobs at once")).into());
    }
    let policies = checked_policies(db, jobs)?;
    let mut turns = Turns::default();
    let mut added = Vec::with_capacity(jobs.len());
    for job in jobs {
        added.push(add_one(db, now_ms, job, &mut turns)?);
    }
    for policy in policies.values() {
        if jobs.iter().zip(&added).any(|(job, (_, new))| *new && job.project == policy.project) {
            check_room(db, policy, 0)?;
        }
    }
    Ok(added)
}

/// Checks each job, and gives the policies of their projects.
fn checked_policies(db: &Db, jobs: &[NewJob]) -> Result<HashMap<String, ProjectPolicy>, Fault> {
    let mut policies: HashMap<String, ProjectPolicy> = HashMap::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for job in jobs {
        check_line("the title of a commit", &job.title, TITLE_MAX_BYTES)?;
        check_name("the name of a tier", &job.tier)?;
        check_line("who asks", &job.asked_by, 200)?;
        let project = job.project.as_str();
        if !policies.contains_key(project) {
            policies.insert(project.to_owned(), policies::known(db, &job.project)?);
        }
        if !policies.get(project).is_some_and(|policy| policy.machines.contains(&job.machine)) {
            let problem = format!("'{}' is none of those that measure {project}", job.machine);
            return Err(Refusal::invalid("the machine", problem).into());
        }
        if known.insert(job.machine.as_str()) {
            machines::known(db, &job.machine)?;
        }
    }
    Ok(policies)
}

/// Adds a job, or finds the one that does the same.
fn add_one(db: &Db, now_ms: i64, job: &NewJob, turns: &mut Turns) -> Result<(JobId, bool), Fault> {
    let (project, commit) = (job.project.as_str(), job.commit.as_str());
    // Another server may end the one that is found between the two statements; then there is room for a new one.
    for _ in 0..3 {
        let same = db.row(sql::SAME_JOB, &[&project, &commit, &job.tier, &job.machine], |row| row.get(0))?;
        if let Some(id) = same {
            return Ok((JobId(id), false));
        }
        let turn = turns.next(db, &job.machine, job.priority, &job.asked_by)?;
        let added = db.row(
            sql::ADD_JOB,
            &[
                &project,
                &commit,
                &job.title,
                &job.tier,
                &job.machine,
                &word(&job.reason)?,
                &job.asked_by,
                &job.priority,
                &turn,
                &now_ms,
            ],
            |row| row.get(0),
        )?;
        if let Some(id) = added {
            return Ok((JobId(id), true));
        }
    }
    Err(Refusal::not_now("others ask for the same at this moment: try again").into())
}

/// Refuses where more jobs of the project wait than it may have, with `more` added.
fn check_room(db: &Db, policy: &ProjectPolicy, more: u32) -> Result<(), Fault> {
    let waiting: i64 = db.one(sql::WAITING_OF_PROJECT, &[&policy.project.as_str()], |row| row.get(0))?;
    if waiting + i64::from(more) <= i64::from(policy.queued_max) {
        return Ok(());
    }
    let (project, max) = (&policy.project, policy.queued_max);
    Err(Refusal::not_now(format!(
        "{project} may have {max} jobs waiting: ask for fewer, wait, or have an admin raise queued_max"
    ))
    .into())
}

/// A job, with its machine's queue held.
fn held(db: &Db, id: JobId) -> Result<JobRow, Fault> {
    queue_of(db, &known(db, id)?.machine)?;
    known(db, id)
}

/// What a state is called in a sentence.
fn in_words(state: JobState) -> &'static str {
    match state {
        JobState::Queued => "waits",
        JobState::Running => "runs",
        JobState::Finished => "has finished",
        JobState::Failed => "has failed",
        JobState::Cancelled => "was called off",
    }
}

fn not_now(job: &JobRow, wanted: &str) -> Fault {
    Refusal::not_now(format!("job {} {}: {wanted}", job.id, in_words(job.state))).into()
}

/// Writes that a job is over.
pub fn end(db: &Db, now_ms: i64, id: u64, end: &JobEnd) -> Result<(), Fault> {
    let state = match end {
        JobEnd::Measured => JobState::Finished,
        JobEnd::Cancelled => JobState::Cancelled,
        _ => JobState::Failed,
    };
    db.execute(sql::END, &[&word(&state)?, &now_ms, &json(end)?, &id])?;
    Ok(())
}

/// Calls a job off; the state that it was in.
pub fn cancel(db: &Db, now_ms: i64, id: JobId) -> Result<JobState, Fault> {
    let job = held(db, id)?;
    match job.state {
        JobState::Queued => end(db, now_ms, job.id, &JobEnd::Cancelled)?,
        JobState::Running => {
            db.execute(sql::CALL_OFF, &[&job.id])?;
        }
        _ => return Err(not_now(&job, "there is nothing to call off")),
    }
    Ok(job.state)
}

/// Puts an ended job back into the queue.
pub fn retry(db: &Db, id: JobId) -> Result<(), Fault> {
    let job = held(db, id)?;
    if !job.state.is_ended() {
        return Err(not_now(&job, "only one that has ended is tried again"));
    }
    let same: [&dyn crate::db::Parameter; 4] = [&job.project.as_str(), &job.commit.as_str(), &job.tier, &job.machine];
    if let Some(other) = db.row(sql::SAME_JOB, &same, |row| row.get::<i64>(0))? {
        return Err(Refusal::not_now(format!("job {other} is for the same, and has not ended")).into());
    }
    check_room(db, &policies::known(db, &job.project)?, 1)?;
    let turn = Turns::default().next(db, &job.machine, job.priority, &job.asked_by)?;
    db.execute(sql::RETRY, &[&turn, &job.id])?;
    Ok(())
}

/// Gives a waiting job another priority; the one that it had.
pub fn reorder(db: &Db, id: JobId, priority: i32) -> Result<i32, Fault> {
    let job = held(db, id)?;
    if job.state != JobState::Queued {
        return Err(not_now(&job, "only one that waits has a place in the queue"));
    }
    if job.priority != priority {
        let turn = Turns::default().next(db, &job.machine, priority, &job.asked_by)?;
        db.execute(sql::REORDER, &[&priority, &turn, &job.id])?;
    }
    Ok(job.priority)
}
