//! The lab: from a plan to a run, and from a run to tables.
//!
//! [`conduct`] carries a plan out: rounds of fresh processes in random balanced order, until each benchmark is precise
//! enough or the budget is spent. [`analysis`] turns runs into tables of estimates, ratios and verdicts; it is a pure
//! function of the run document and never changes it.
//!
//! This crate prints nothing and saves nothing: whoever calls it passes an [`Observer`] that is told of every
//! invocation as soon as it is done.

pub mod analysis;
pub mod calibration;
pub mod conduct;
mod counting;
pub mod orders;
pub mod serving;
pub mod setup;
pub mod state;
pub mod stopping;
pub mod verify;

pub use conduct::{Conductor, Observer, Scratch};
pub use serving::ServingInvoker;
pub use setup::{EngineSetup, Setup};
