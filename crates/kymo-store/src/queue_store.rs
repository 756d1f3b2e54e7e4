//! The store's interface to the queue: jobs, leases, uploads. Each call is one transaction, and each change by somebody is
//! in the audit log of the same transaction.

use crate::Store;
use crate::watch::uploads::Piece;
use crate::watch::{
    self, Actor, FiledResult, JobFilter, JobLog, Leased, NewJob, Put, WatchError, audit, expiry, jobs, leases, listing,
    logs, machines, sessions, uploads,
};
use kymo_model::ProjectName;
use kymo_model::watch::{
    EndRequest, EndResponse, Heartbeat, HeartbeatAnswer, Job, JobEnd, JobId, LeaseId, LeaseRequest, Order,
    RegressionRule, UploadState,
};
use serde_json::json;

impl Store {
    /// Adds jobs, all or none; their numbers, in the order given. Where a job of the same project, commit, tier and
    /// machine waits or runs, its number stands in place of a new one.
    ///
    /// # Errors
    /// `NoSuch` project or machine; `Invalid` machine that does not measure the project; `NotNow` where more jobs of
    /// the project would wait than its policy allows.
    pub fn add_jobs(&mut self, actor: &Actor, jobs: &[NewJob]) -> Result<Vec<JobId>, WatchError> {
        self.change(|db, now| {
            let added = jobs::add(db, now, jobs)?;
            let new: Vec<JobId> = added.iter().filter(|(_, new)| *new).map(|(id, _)| *id).collect();
            if let (Some(first), Some(id)) = (jobs.first(), new.first()) {
                let detail = json!({ "project": first.project, "reason": first.reason, "jobs": new });
                audit::note(db, now, actor, "job.add", id, &detail)?;
            }
            Ok(added.into_iter().map(|(id, _)| id).collect())
        })
    }

    /// Jobs with a number below `before`, newest first; each with its place and estimate.
    pub fn jobs(&self, filter: &JobFilter, before: Option<JobId>, limit: u32) -> Result<Vec<Job>, WatchError> {
        self.look(|db, now| listing::jobs(db, now, filter, before, limit))
    }

    /// The queue of a machine: what it runs, then what waits, in the order in which it will be taken.
    pub fn queue(&self, machine: &str, limit: u32) -> Result<Vec<Job>, WatchError> {
        self.look(|db, now| listing::queue(db, now, machine, limit))
    }

    /// A job, with its place and estimate.
    pub fn job(&self, id: JobId) -> Result<Option<Job>, WatchError> {
        self.look(|db, now| listing::job(db, now, id))
    }

    /// A piece of a job's log, of at most `limit_bytes`; `None` where there is no such job.
    pub fn job_log(&self, id: JobId, offset: u64, limit_bytes: u32) -> Result<Option<JobLog>, WatchError> {
        self.look(|db, _| logs::read(db, id, offset, limit_bytes))
    }

    /// Calls a job off: one that waits is over at once; of one that runs the agent is told by its next heartbeat.
    ///
    /// # Errors
    /// `NoSuch`; `NotNow` for one that has ended.
    pub fn cancel_job(&mut self, actor: &Actor, id: JobId) -> Result<Job, WatchError> {
        self.change(|db, now| {
            let was = jobs::cancel(db, now, id)?;
            audit::note(db, now, actor, "job.cancel", id, &json!({ "was": was }))?;
            listing::known(db, now, id)
        })
    }

    /// Puts an ended job back into the queue, at its person's end of it, with all tries before it.
    ///
    /// # Errors
    /// `NoSuch`; `NotNow` for one that has not ended, or where the queue of the project is full.
    pub fn retry_job(&mut self, actor: &Actor, id: JobId) -> Result<Job, WatchError> {
        self.change(|db, now| {
            jobs::retry(db, id)?;
            audit::note(db, now, actor, "job.retry", id, &json!({}))?;
            listing::known(db, now, id)
        })
    }

    /// Gives a waiting job another priority.
    ///
    /// # Errors
    /// `NoSuch`; `NotNow` for one that does not wait.
    pub fn set_priority(&mut self, actor: &Actor, id: JobId, priority: i32) -> Result<Job, WatchError> {
        self.change(|db, now| {
            let was = jobs::reorder(db, id, priority)?;
            audit::note(db, now, actor, "job.priority", id, &json!({ "was": was, "is": priority }))?;
            listing::known(db, now, id)
        })
    }

    /// Gives the machine's agent a job, for `lasts_s` seconds. An agent whose answer was lost, and that asks again,
    /// gets the same job and lease.
    ///
    /// # Errors
    /// `NoSuch` machine.
    pub fn lease(&mut self, machine: &str, request: &LeaseRequest, lasts_s: u32) -> Result<Leased, WatchError> {
        self.change(|db, now| leases::lease(db, now, machine, request, lasts_s))
    }

    /// Keeps a lease for `lasts_s` more seconds. `None`: the lease is gone for good. One that expired is revived where
    /// its job was given to nobody since.
    ///
    /// # Errors
    /// `Invalid` for a piece of log that is too long.
    pub fn heartbeat(
        &mut self,
        machine: &str,
        lease: &LeaseId,
        beat: &Heartbeat,
        lasts_s: u32,
    ) -> Result<Option<HeartbeatAnswer>, WatchError> {
        self.change(|db, now| leases::heartbeat(db, now, machine, lease, beat, lasts_s))
    }

    /// How much of a machine's upload is there.
    pub fn upload_state(&self, machine: &str, sha256: &str) -> Result<UploadState, WatchError> {
        self.look(|db, _| uploads::state(db, machine, sha256))
    }

    /// Adds a piece to a machine's upload of `size` bytes. The last one completes it, if the bytes have this SHA-256.
    ///
    /// # Errors
    /// `Invalid` for a hash that is none, a size over 64 MiB, a piece over 8 MiB, a piece under 16 KiB that is not the
    /// last, another size than before, or bytes that have another hash: the upload begins anew then. `NotNow` for a
    /// machine with 16 unfinished uploads.
    pub fn put_upload(
        &mut self,
        machine: &str,
        sha256: &str,
        offset: u64,
        size: u64,
        bytes: &[u8],
    ) -> Result<Put, WatchError> {
        let put = self.change(|db, now| uploads::put(db, now, machine, sha256, offset, size, bytes))?;
        match put {
            Piece::Put(put) => Ok(put),
            Piece::Wrong => Err(uploads::wrong(sha256).into()),
        }
    }

    /// The bytes of an upload; `None` until it is whole and verified.
    pub fn upload(&self, machine: &str, sha256: &str) -> Result<Option<Vec<u8>>, WatchError> {
        self.look(|db, _| uploads::bytes(db, machine, sha256))
    }

    /// Ends a job and files its results, in one transaction: all or nothing. `None`: the lease is gone. The same
    /// request under the same lease is answered the same again, and changes nothing.
    ///
    /// `end` is how the job ended in the server's eyes: as in the request, or `Rejected`. Results whose run is in the
    /// record already with other contents, or from another job, or that say they belong to another project or commit,
    /// make it `Rejected` too, and none is filed.
    pub fn end_job(
        &mut self,
        machine: &str,
        lease: &LeaseId,
        request: &EndRequest,
        end: &JobEnd,
        results: &[FiledResult],
    ) -> Result<Option<EndResponse>, WatchError> {
        // The agent forgets its results once it has the answer: that must outlive a loss of power.
        self.sync_each_commit(true)?;
        let mut ended = self.change(|db, now| watch::end(db, now, machine, lease, request, end, results));
        if let Err(WatchError::Refused(refusal)) = &ended
            && let Some(problem) = watch::is_about_a_result(refusal)
        {
            // Nothing of the first attempt is kept: all results or none.
            let rejected = JobEnd::Rejected { message: problem.to_owned() };
            ended = self.change(|db, now| watch::reject(db, now, machine, lease, request, &rejected));
        }
        self.sync_each_commit(false)?;
        ended
    }

    /// What counts as a regression of a project: what the newest measured commit of its main line says; `None` where none
    /// said anything.
    pub fn regression_rule(&self, project: &ProjectName) -> Result<Option<RegressionRule>, WatchError> {
        self.look(|db, _| watch::regression_rule(db, project))
    }

    /// What a lease is for, as long as it can be ended; or was ended, for a request that comes again.
    pub fn holder(&self, machine: &str, lease: &LeaseId) -> Result<Option<Order>, WatchError> {
        self.look(|db, _| watch::holder(db, machine, lease))
    }

    /// Puts jobs whose lease expired back into the queue, at their old place; how many. One that was tried as often as
    /// its policy allows ends as `Lost`. Also sweeps what is over: sessions, and uploads that nobody touched for 7
    /// days. For every server to call about each second; harmless twice.
    pub fn expire_leases(&mut self) -> Result<u32, WatchError> {
        let (overdue, far_ahead, sessions, uploads) = self.look(|db, now| {
            let far_ahead = expiry::has_far_ahead(db, now)?;
            Ok((expiry::overdue(db, now)?, far_ahead, sessions::has_old(db, now)?, uploads::old(db, now)?))
        })?;
        if far_ahead {
            self.change(expiry::bring_near)?;
        }
        let mut expired = 0;
        for (machine, id) in overdue {
            expired += u32::from(self.change(|db, now| expiry::expire(db, now, &machine, id))?);
        }
        if sessions {
            self.change(sessions::sweep)?;
        }
        for (machine, sha256) in uploads {
            self.change(|db, _| uploads::delete(db, &machine, &sha256))?;
        }
        Ok(expired)
    }

    /// Machines that could take a job now: jobs wait for them, they hold none, and nobody paused them. What long polls
    /// wake on: it costs an index look-up a machine, however many jobs wait.
    pub fn waiting_machines(&self) -> Result<Vec<String>, WatchError> {
        self.look(|db, _| machines::waiting(db))
    }
}
