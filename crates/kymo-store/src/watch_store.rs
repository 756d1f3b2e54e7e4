//! The store's interface to the watch: each call is one transaction, and each change by somebody is in the audit log
//! of the same transaction.

use crate::Store;
use crate::watch::{
    AccountChange, Actor, AuditEntry, AuditReport, FiledResult, JobFilter, JobLog, Leased, NewJob, NewSession,
    Principal, Put, Session, WatchError,
};
use kymo_model::ProjectName;
use kymo_model::watch::{
    Account, EndRequest, EndResponse, Heartbeat, HeartbeatAnswer, Job, JobEnd, JobId, LeaseId, LeaseRequest,
    MachineView, NewToken, Order, ProjectPolicy, Role, Scope, TokenInfo, UploadState,
};
use std::sync::Arc;

/// A clock: milliseconds since 1970-01-01 UTC.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

impl Store {
    /// Uses this clock for leases, expiries and estimates in place of the store's own, which is the database's on
    /// PostgreSQL and the process's on SQLite. For tests that move time by hand.
    pub fn set_clock(&mut self, clock: Clock) {
        todo!()
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `Exists` for a name or an external identity that is taken; `Invalid` for a name that is none.
    pub fn add_account(
        &mut self,
        actor: &Actor,
        name: &str,
        role: Role,
        external: Option<&str>,
    ) -> Result<Account, WatchError> {
        todo!()
    }

    /// Changes an account. One that is disabled has no sessions and no tokens that work.
    ///
    /// # Errors
    /// `NoSuch`; `Exists` for an external identity that is another account's.
    pub fn change_account(&mut self, actor: &Actor, name: &str, change: &AccountChange) -> Result<Account, WatchError> {
        todo!()
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, WatchError> {
        todo!()
    }

    /// The account with this name, if there is one.
    pub fn account(&self, name: &str) -> Result<Option<Account>, WatchError> {
        todo!()
    }

    /// The account that an identity at an OAuth provider is linked to, as `github:1234`; also a disabled one.
    pub fn account_of_external(&self, external: &str) -> Result<Option<Account>, WatchError> {
        todo!()
    }

    /// Makes a token. A machine's first token makes the machine; an account must be there.
    ///
    /// # Errors
    /// `NoSuch` account; `Invalid` name of a machine, or an expiry that is past.
    pub fn add_token(
        &mut self,
        actor: &Actor,
        scope: &Scope,
        note: &str,
        expires_unix_s: Option<u64>,
    ) -> Result<NewToken, WatchError> {
        todo!()
    }

    /// Revokes a token by its public part. Once more is no error.
    ///
    /// # Errors
    /// `NoSuch`.
    pub fn revoke_token(&mut self, actor: &Actor, id: &str) -> Result<TokenInfo, WatchError> {
        todo!()
    }

    /// All tokens, newest first, revoked ones too.
    pub fn tokens(&self) -> Result<Vec<TokenInfo>, WatchError> {
        todo!()
    }

    /// Whom a secret speaks for; `None` for one that is unknown, expired or revoked, or of a disabled account. Notes
    /// that the token was used, once a minute.
    pub fn authenticate(&mut self, secret: &str) -> Result<Option<Principal>, WatchError> {
        todo!()
    }

    /// Begins a session of a browser.
    ///
    /// # Errors
    /// `NoSuch` account; `NotNow` for one that is disabled.
    pub fn add_session(&mut self, account: &str, lasts_s: u64) -> Result<NewSession, WatchError> {
        todo!()
    }

    /// The session that a cookie's secret is of; `None` for one that is unknown or over, or of a disabled account.
    pub fn session(&self, secret: &str) -> Result<Option<Session>, WatchError> {
        todo!()
    }

    /// Ends a session; one that is not there is no error.
    pub fn end_session(&mut self, secret: &str) -> Result<(), WatchError> {
        todo!()
    }

    /// Entries of the audit log after the one with this number, oldest first; from the beginning for 0.
    pub fn audit(&self, after: u64, limit: u32) -> Result<Vec<AuditEntry>, WatchError> {
        todo!()
    }

    /// Reads the whole audit log and makes every link again.
    pub fn verify_audit(&self) -> Result<AuditReport, WatchError> {
        todo!()
    }

    /// Sets what a project may do; it begins to be watched, or goes on under other terms.
    ///
    /// # Errors
    /// `Invalid` where a field is out of range.
    pub fn set_policy(&mut self, actor: &Actor, policy: &ProjectPolicy) -> Result<(), WatchError> {
        todo!()
    }

    /// The policies of all watched projects, by name.
    pub fn policies(&self) -> Result<Vec<ProjectPolicy>, WatchError> {
        todo!()
    }

    /// The policy of a project, if it is watched.
    pub fn policy(&self, project: &ProjectName) -> Result<Option<ProjectPolicy>, WatchError> {
        todo!()
    }

    /// All machines, by name.
    pub fn machines(&self) -> Result<Vec<MachineView>, WatchError> {
        todo!()
    }

    /// Pauses a machine, with the reason; `None` lets it go on. A job that runs is not disturbed.
    ///
    /// # Errors
    /// `NoSuch`; `Invalid` for an empty reason.
    pub fn pause_machine(&mut self, actor: &Actor, name: &str, because: Option<&str>) -> Result<(), WatchError> {
        todo!()
    }

    /// Adds jobs, all or none; their numbers, in the order given. Where a job of the same project, commit, tier and
    /// machine waits or runs, its number stands in place of a new one.
    ///
    /// # Errors
    /// `NoSuch` project or machine; `Invalid` machine that does not measure the project; `NotNow` where more jobs of
    /// the project would wait than its policy allows.
    pub fn add_jobs(&mut self, actor: &Actor, jobs: &[NewJob]) -> Result<Vec<JobId>, WatchError> {
        todo!()
    }

    /// Jobs with a number below `before`, newest first; each with its place and estimate.
    pub fn jobs(&self, filter: &JobFilter, before: Option<JobId>, limit: u32) -> Result<Vec<Job>, WatchError> {
        todo!()
    }

    /// The queue of a machine: what it runs, then what waits, in the order in which it will be taken.
    pub fn queue(&self, machine: &str, limit: u32) -> Result<Vec<Job>, WatchError> {
        todo!()
    }

    /// A job, with its place and estimate.
    pub fn job(&self, id: JobId) -> Result<Option<Job>, WatchError> {
        todo!()
    }

    /// A piece of a job's log, of at most `limit_bytes`; `None` where there is no such job.
    pub fn job_log(&self, id: JobId, offset: u64, limit_bytes: u32) -> Result<Option<JobLog>, WatchError> {
        todo!()
    }

    /// Calls a job off: one that waits is over at once; of one that runs the agent is told by its next heartbeat.
    ///
    /// # Errors
    /// `NoSuch`; `NotNow` for one that has ended.
    pub fn cancel_job(&mut self, actor: &Actor, id: JobId) -> Result<Job, WatchError> {
        todo!()
    }

    /// Puts an ended job back into the queue, at its person's end of it, with all tries before it.
    ///
    /// # Errors
    /// `NoSuch`; `NotNow` for one that has not ended, or where the queue of the project is full.
    pub fn retry_job(&mut self, actor: &Actor, id: JobId) -> Result<Job, WatchError> {
        todo!()
    }

    /// Gives a waiting job another priority.
    ///
    /// # Errors
    /// `NoSuch`; `NotNow` for one that does not wait.
    pub fn set_priority(&mut self, actor: &Actor, id: JobId, priority: i32) -> Result<Job, WatchError> {
        todo!()
    }

    /// Gives the machine's agent a job, for `lasts_s` seconds. An agent whose answer was lost, and that asks again,
    /// gets the same job and lease.
    ///
    /// # Errors
    /// `NoSuch` machine.
    pub fn lease(&mut self, machine: &str, request: &LeaseRequest, lasts_s: u32) -> Result<Leased, WatchError> {
        todo!()
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
        todo!()
    }

    /// How much of a machine's upload is there.
    pub fn upload_state(&self, machine: &str, sha256: &str) -> Result<UploadState, WatchError> {
        todo!()
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
        todo!()
    }

    /// The bytes of an upload; `None` until it is whole and verified.
    pub fn upload(&self, machine: &str, sha256: &str) -> Result<Option<Vec<u8>>, WatchError> {
        todo!()
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
        todo!()
    }

    /// What a lease is for, as long as it can be ended; or was ended, for a request that comes again.
    pub fn holder(&self, machine: &str, lease: &LeaseId) -> Result<Option<Order>, WatchError> {
        todo!()
    }

    /// Puts jobs whose lease expired back into the queue, at their old place; how many. One that was tried as often as
    /// its policy allows ends as `Lost`. Also sweeps what is over: sessions, and uploads that nobody touched for 7
    /// days. For every server to call about each second; harmless twice.
    pub fn expire_leases(&mut self) -> Result<u32, WatchError> {
        todo!()
    }

    /// Machines that could take a job now: jobs wait for them, they hold none, and nobody paused them. What long polls
    /// wake on: it costs an index look-up a machine, however many jobs wait.
    pub fn waiting_machines(&self) -> Result<Vec<String>, WatchError> {
        todo!()
    }
}
