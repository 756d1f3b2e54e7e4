//! An open-loop HTTP load generator.
//!
//! Requests are planned ahead: each has the time at which it is due, whatever the server does. Any free connection takes
//! the next due request, and latency counts from the planned time (Schroeder et al., *Open versus closed*, NSDI 2006).
//! The generator measures its own lateness, and says when its numbers are not to be trusted.
//!
//! [`LoadSpec`] is what to do, [`LoadReport`] what came of it. [`techempower`] says whether a server answers right.

pub mod audit;
pub mod backlog;
pub mod hdr_log;
mod histograms;
pub mod peak;
mod report;
mod spec;
pub mod techempower;
pub mod together;

mod answer;
mod arrivals;
mod check;
mod collect;
mod connection;
mod curve;
mod driver;
mod error;
mod http1;
mod http2;
mod listen;
mod mix;
mod outcome;
mod own_plan;
mod plan;
mod poller;
mod record;
mod request;
mod run;
mod shared;
mod sys;
mod tally;
mod tls;
mod transport;

pub use error::LoadError;
pub use histograms::{DIGITS, Histograms, LONGEST_NS, summary};
pub use plan::due_times;
pub use report::{
    Censored, ClientCost, ConnectionCounts, Errors, Interval, LoadReport, Rates, RequestCounts, Summary, ThreadCost,
    Verdict, VerdictKind,
};
pub use run::{Load, Observer, run};
pub use spec::{
    ConnectionUse, Expect, HttpVersion, Io, LoadSpec, Profile, RequestSpec, Schedule, Segment, Tls, Waiting,
};
