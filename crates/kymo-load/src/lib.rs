//! An open-loop HTTP load generator.
//!
//! Requests are planned ahead: each has the time at which it is due, whatever the server does. Any free connection takes
//! the next due request, and latency counts from the planned time (Schroeder et al., *Open versus closed*, NSDI 2006).
//! The generator measures its own lateness, and says when its numbers are not to be trusted.
//!
//! [`LoadSpec`] is what to do, [`LoadReport`] what came of it.

pub mod backlog;
pub mod hdr_log;
pub mod peak;
mod report;
mod run;
mod spec;
pub mod together;

pub use report::{
    Censored, ClientCost, ConnectionCounts, Errors, Interval, LoadReport, Rates, RequestCounts, Summary, ThreadCost,
    Verdict, VerdictKind,
};
pub use run::{Histograms, Load, LoadError, Observer, run};
pub use together::merge::summary;
pub use spec::{
    ConnectionUse, Expect, HttpVersion, Io, LoadSpec, Profile, RequestSpec, Schedule, Segment, Tls, Waiting,
};
