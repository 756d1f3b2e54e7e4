//! Runs for the tests.

#![allow(dead_code, reason = "each test file uses a part of this")]

#[cfg(unix)]
pub mod limit;

use kymo_model::{Invocation, Run, RunId};

/// The sample document of schema 1, kept for ever.
pub const RUN_1: &str = include_str!("../documents/run-1.json");

/// The sample document as a run of another name, without invocations.
pub fn empty_run(id: &str) -> Run {
    let mut run = kymo_store::parse_document("run-1.json", RUN_1).unwrap();
    run.id = RunId::new(id);
    run.invocations.clear();
    run
}

/// An invocation of the sample document, at another place.
pub fn invocation(sequence: u32) -> Invocation {
    let run = kymo_store::parse_document("run-1.json", RUN_1).unwrap();
    let mut invocation = run.invocations[0].clone();
    invocation.sequence = sequence;
    invocation.round = sequence + 1;
    invocation
}
