//! The lab with made-up invocations and a clock that is moved by hand: whole runs, exact and instant.

#[path = "../support/mod.rs"]
mod support;

mod analysis;
mod calibration;
mod counting;
mod flavours;
mod invariance;
mod orders;
mod outcomes;
mod resume;
mod simulated;
mod stopping;
mod verification;
