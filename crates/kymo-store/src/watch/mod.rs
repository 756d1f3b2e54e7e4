//! The watch: accounts and tokens, the audit log, projects' policies, machines, jobs and their leases, uploads.
//!
//! Each function works inside a transaction that `watch_store` begins and commits, and is told the time. Whatever
//! changes the queue of a machine begins with [`queue_of`], so that two servers never work on one queue at once.

pub mod accounts;
pub mod audit;
mod ends;
mod error;
mod estimates;
pub mod expiry;
mod job_row;
pub mod jobs;
mod lease_row;
pub mod leases;
pub mod listing;
pub mod logs;
pub mod machines;
mod nouns;
pub mod policies;
mod results;
mod secrets;
pub mod sessions;
pub mod tokens;
mod turns;
pub mod uploads;
mod words;

pub use ends::{end, holder, regression_rule, reject};
pub use error::{Refusal, WatchError};
pub use nouns::{
    AccountChange, Actor, AuditEntry, AuditReport, FiledResult, JobFilter, JobLog, Leased, NewJob, NewSession,
    Principal, Put, Session,
};
pub use results::is_result as is_about_a_result;

use crate::db::{Db, Lock};
use crate::fault::Fault;

/// Seconds of a time in milliseconds.
pub fn seconds(ms: i64) -> u64 {
    u64::try_from(ms / 1000).unwrap_or(0)
}

/// Keeps others from the queue of a machine until the transaction ends.
pub fn queue_of(db: &Db, machine: &str) -> Result<(), Fault> {
    db.lock(Lock::Named("queue", machine))
}
