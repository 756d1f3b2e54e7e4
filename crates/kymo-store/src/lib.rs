//! The store: runs with every raw sample, the machines' calibrated noise floors, and the record of projects, in a
//! file of SQLite or a database of PostgreSQL.
//!
//! This is the only crate that knows SQL. It does not print, reads no environment and decides no path: the caller
//! names the place. It does not analyse either: what goes in comes out, bit for bit.

mod address;
mod db;
mod document;
mod error;
mod fault;
mod find;
mod floor;
mod packing;
mod parts;
mod portable;
mod queue_store;
mod read;
mod record;
mod record_store;
mod sql;
mod sql_portable;
mod sql_record;
mod sql_watch;
mod store;
mod summary;
mod watch;
mod watch_store;
mod write;

pub use address::StoreAddress;
pub use document::parse_document;
pub use error::StoreError;
pub use floor::Floor;
pub use portable::{Contents, Restored, check_back_up};
pub use record::{
    ChainFault, ChainReport, ChainState, Context, FiledRun, IncidentRow, LineChange, Measured, NewPoint, PlacedCommit,
    Point, PointValue, Project, ProjectSource, SeriesKey, SeriesRow,
};
pub use store::Store;
pub use summary::RunSummary;
pub use watch::{
    AccountChange, Actor, AuditEntry, AuditReport, FiledResult, JobFilter, JobLog, Leased, NewJob, NewSession,
    Principal, Put, Refusal, Session, WatchError,
};
pub use watch_store::Clock;
