//! The steps of a job.

pub(crate) mod build;
pub(crate) mod fetch;
pub(crate) mod measure;
pub(crate) mod prepare;
pub(crate) mod report;
mod results;
mod timed;

use crate::halt::Why;
use kymo_model::watch::JobEnd;

/// Why a step did not come to its end.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The job ends with it.
    End(JobEnd),
    /// It was stopped from outside.
    Halted(Why),
    /// The machine lacks something that every job needs, or failed.
    Machine(String),
}
