//! The watch: accounts and tokens, the audit log, projects' policies, machines, jobs and their leases, uploads.
//!
//! Each function works inside a transaction that `watch_store` begins and commits.

mod error;
mod nouns;

pub use error::{Refusal, WatchError};
pub use nouns::{
    AccountChange, Actor, AuditEntry, AuditReport, FiledResult, JobFilter, JobLog, Leased, NewJob, NewSession,
    Principal, Put, Session,
};
