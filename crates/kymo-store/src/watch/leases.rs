//! Leases: an agent gets a job, keeps it by heartbeats, and gets it back after it was cut off.
//!
//! A machine holds one job at most. The job's row names its newest lease, also after that expired: as long as nobody
//! else got the job, whoever knows the lease may go on with it.

use super::job_row::{self, JobRow};
use super::lease_row::{self, LeaseRow};
use super::machines::{self, MachineRow};
use super::words::json;
use super::{Leased, Refusal, estimates, expiry, logs, policies, queue_of};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::Seconds;
use kymo_model::watch::{Granted, Heartbeat, HeartbeatAnswer, JobState, LeaseId, LeaseRequest, Order, Progress};

/// Longest lease, in seconds.
const LASTS_MAX_S: u32 = 3600;

/// Text of a progress at most, in characters.
const PROGRESS_MAX: usize = 200;

fn lasting(lasts_s: u32) -> Result<i64, Fault> {
    if !(1..=LASTS_MAX_S).contains(&lasts_s) {
        return Err(Refusal::invalid("the time of a lease", format!("from 1 to {LASTS_MAX_S} seconds")).into());
    }
    Ok(i64::from(lasts_s) * 1000)
}

/// An agent's wish for a job, and what is known when it comes.
struct Wish<'a> {
    db: &'a Db,
    now_ms: i64,
    machine: &'a str,
    request: &'a LeaseRequest,
    lasts_s: u32,
    lasts_ms: i64,
}

pub fn lease(db: &Db, now_ms: i64, machine: &str, request: &LeaseRequest, lasts_s: u32) -> Result<Leased, Fault> {
    queue_of(db, machine)?;
    Wish { db, now_ms, machine, request, lasts_s, lasts_ms: lasting(lasts_s)? }.answer()
}

impl Wish<'_> {
    fn session(&self) -> &str {
        &self.request.report.session
    }

    /// Whether the agent shows that it had this job, by its newest lease.
    fn knows(&self, job: &JobRow) -> bool {
        let resume = self.request.resume.as_ref();
        resume.is_some_and(|(id, lease)| id.0 == job.id && job.lease.as_ref() == Some(&lease.0))
    }

    /// The job that the agent had and that waits again, given to nobody since.
    fn dropped(&self) -> Result<Option<JobRow>, Fault> {
        let Some((id, _)) = self.request.resume.as_ref() else { return Ok(None) };
        let job = job_row::find(self.db, *id)?;
        Ok(job.filter(|job| job.state == JobState::Queued && job.machine == self.machine && self.knows(job)))
    }

    fn answer(&self) -> Result<Leased, Fault> {
        let known = machines::known(self.db, self.machine)?;
        let held = job_row::running_on(self.db, self.machine)?;
        let knows = held.as_ref().is_some_and(|job| self.knows(job));
        let dropped = if held.is_none() { self.dropped()? } else { None };
        if !knows && dropped.is_none() && self.another_spoke(&known)? {
            return Ok(Leased::OtherSession);
        }
        if let Some(held) = held {
            let session = self.session_of(&held)?;
            if knows {
                machines::hear(self.db, self.now_ms, self.machine, &self.request.report)?;
                return self.again(&held);
            }
            if session.as_deref() == Some(self.session()) {
                machines::hear(self.db, self.now_ms, self.machine, &self.request.report)?;
                return self.same(held);
            }
            if !held.is_overdue(self.now_ms) {
                return Ok(Leased::OtherSession);
            }
            expiry::lapse(self.db, self.now_ms, &held)?;
        }
        machines::hear(self.db, self.now_ms, self.machine, &self.request.report)?;
        if let Some(dropped) = dropped {
            return self.again(&dropped);
        }
        if known.paused_because.is_some() || !self.request.report.paused_because.is_empty() {
            return Ok(Leased::Paused);
        }
        match job_row::first(self.db, sql::NEXT, &[&self.machine])? {
            Some(job) => self.grant(&job),
            None => Ok(Leased::Nothing),
        }
    }

    /// Whether another agent spoke for the machine within the time of a lease.
    fn another_spoke(&self, known: &MachineRow) -> Result<bool, Fault> {
        let (Some(session), Some(heard_ms)) = (&known.session, known.heard_ms) else { return Ok(false) };
        if session == self.session() {
            return Ok(false);
        }
        if heard_ms > self.now_ms {
            // The clock was set back: from now on it counts, or the machine would be taken for ever.
            machines::heard_at(self.db, self.now_ms, self.machine)?;
            return Ok(true);
        }
        Ok(self.now_ms - heard_ms < self.lasts_ms)
    }

    fn session_of(&self, job: &JobRow) -> Result<Option<String>, Fault> {
        let Some(lease) = &job.lease else { return Ok(None) };
        Ok(lease_row::find(self.db, self.machine, &LeaseId(lease.clone()))?.map(|row| row.session))
    }

    /// A waiting job for the first time, or for one more try.
    fn grant(&self, job: &JobRow) -> Result<Leased, Fault> {
        let attempt = job.attempts + 1;
        logs::begin_try(self.db, job, attempt)?;
        let lease = lease_row::add(self.db, self.now_ms, job.id, self.machine, self.session(), attempt)?;
        let past = estimates::past(self.db, self.machine, &job.project, &job.tier)?;
        let estimated_ms = (past.from_jobs > 0).then_some(past.takes_ms);
        let expires_ms = self.now_ms + self.lasts_ms;
        self.db.execute(sql::GRANT, &[&self.now_ms, &lease.0, &expires_ms, &self.lasts_ms, &estimated_ms, &job.id])?;
        self.granted(job, lease, attempt)
    }

    /// A job that the agent had, under a new lease: the same try goes on.
    fn again(&self, job: &JobRow) -> Result<Leased, Fault> {
        let lease = lease_row::add(self.db, self.now_ms, job.id, self.machine, self.session(), job.attempts)?;
        self.keep(job, lease)
    }

    /// The job that the agent has, under the lease that it has: the answer that gave it was lost.
    fn same(&self, job: JobRow) -> Result<Leased, Fault> {
        match job.lease.clone() {
            Some(lease) => self.keep(&job, LeaseId(lease)),
            None => self.again(&job),
        }
    }

    fn keep(&self, job: &JobRow, lease: LeaseId) -> Result<Leased, Fault> {
        let expires_ms = self.now_ms + self.lasts_ms;
        self.db.execute(sql::GRANT_AGAIN, &[&lease.0, &expires_ms, &self.lasts_ms, &job.id])?;
        self.granted(job, lease, job.attempts)
    }

    fn granted(&self, job: &JobRow, lease: LeaseId, attempt: u32) -> Result<Leased, Fault> {
        let order = order(self.db, job, attempt)?;
        let expires_in = Seconds::new(f64::from(self.lasts_s));
        Ok(Leased::Granted(Box::new(Granted { lease, order, expires_in })))
    }
}

/// What is to be measured.
pub fn order(db: &Db, job: &JobRow, attempt: u32) -> Result<Order, Fault> {
    let policy = policies::known(db, &job.project)?;
    let (commit, tier) = (job.commit.clone(), job.tier.clone());
    Ok(Order { job: kymo_model::watch::JobId(job.id), commit, tier, policy, attempt })
}

/// A lease whose job can still be reported on under it, and the job.
pub fn live(db: &Db, machine: &str, lease: &LeaseId) -> Result<Option<(LeaseRow, JobRow)>, Fault> {
    let Some(row) = lease_row::find(db, machine, lease)? else { return Ok(None) };
    let Some(job) = job_row::find(db, kymo_model::watch::JobId(row.job))? else { return Ok(None) };
    let newest = job.lease.as_ref() == Some(&lease.0) && row.answered.is_none();
    Ok(newest.then_some((row, job)))
}

pub fn heartbeat(
    db: &Db,
    now_ms: i64,
    machine: &str,
    lease: &LeaseId,
    beat: &Heartbeat,
    lasts_s: u32,
) -> Result<Option<HeartbeatAnswer>, Fault> {
    queue_of(db, machine)?;
    let lasts_ms = lasting(lasts_s)?;
    let Some((row, job)) = live(db, machine, lease)? else { return Ok(None) };
    if row.session != beat.report.session {
        return Ok(None);
    }
    match job.state {
        JobState::Running => {}
        // It expired, and nobody else has the job. The machine may have another one by now.
        JobState::Queued if job_row::running_on(db, machine)?.is_none() => {}
        _ => return Ok(None),
    }
    machines::hear(db, now_ms, machine, &beat.report)?;
    let log_offset = logs::append(db, &job, beat.log.as_ref())?;
    let progress = json(&tidy(&beat.progress))?;
    db.execute(sql::BEAT, &[&(now_ms + lasts_ms), &lasts_ms, &progress, &job.id])?;
    let expires_in = Seconds::new(f64::from(lasts_s));
    Ok(Some(HeartbeatAnswer { expires_in, cancelled: job.called_off, log_offset }))
}

/// A progress that is one line of plain text, and whose part is one.
fn tidy(progress: &Progress) -> Progress {
    let plain = progress.text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c });
    let done = progress.done.filter(|done| (0.0..=1.0).contains(&done.get()));
    Progress { step: progress.step, done, text: plain.take(PROGRESS_MAX).collect() }
}
