//! What runs out: leases, sessions, uploads that nobody goes on with.

use super::job_row::{self, JobRow};
use super::{Actor, audit, jobs, policies, queue_of};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{JobEnd, JobId, JobState};

/// Machines and numbers of the jobs whose lease has run out.
pub fn overdue(db: &Db, now_ms: i64) -> Result<Vec<(String, JobId)>, Fault> {
    db.rows(sql::OVERDUE, &[&now_ms], |row| Ok((row.get(0)?, JobId(row.get(1)?))))
}

/// Takes a job from its agent, if its lease has still run out by now; whether it had.
pub fn expire(db: &Db, now_ms: i64, machine: &str, id: JobId) -> Result<bool, Fault> {
    queue_of(db, machine)?;
    match job_row::find(db, id)? {
        Some(job) if job.state == JobState::Running && job.is_overdue(now_ms) => {
            lapse(db, now_ms, &job)?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Takes a job from its agent: it waits again, at its old place; unless somebody called it off, or it was tried often
/// enough.
pub fn lapse(db: &Db, now_ms: i64, job: &JobRow) -> Result<(), Fault> {
    let tries = policies::known(db, &job.project)?.attempts_max;
    let end = match job {
        JobRow { called_off: true, .. } => JobEnd::Cancelled,
        JobRow { attempts, .. } if *attempts >= tries => JobEnd::Lost,
        _ => {
            db.execute(sql::LAPSE, &[&job.id])?;
            return Ok(());
        }
    };
    jobs::end(db, now_ms, job.id, &end)?;
    let detail = serde_json::json!({ "end": end, "tries": job.attempts });
    audit::note(db, now_ms, &Actor("server".to_owned()), "job.end", job.id, &detail)
}

/// Whether a lease runs out later than it can: the clock was set back.
pub fn has_far_ahead(db: &Db, now_ms: i64) -> Result<bool, Fault> {
    db.one(sql::FAR_AHEAD, &[&now_ms], |row| Ok(row.get::<i64>(0)? > 0))
}

/// Lets no lease last longer from now than when it was given.
pub fn bring_near(db: &Db, now_ms: i64) -> Result<(), Fault> {
    db.execute(sql::NOT_FAR_AHEAD, &[&now_ms])?;
    Ok(())
}
