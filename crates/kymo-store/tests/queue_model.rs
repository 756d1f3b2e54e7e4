//! The queue against a small model of it in memory: whatever is asked, in whatever order and however often, both say the
//! same, and what must never be is not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod model;
mod support;

use kymo_model::watch::{JobId, JobState};
use kymo_store::{JobFilter, Store};
use model::{ALL, Model, Op, op};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use support::Place;
use support::fleet::fleet;

/// Names of the machines that the operations speak of.
const MACHINES: [&str; 2] = ["m1", "m2"];

/// What holds whatever the model says.
fn check(store: &Store, model: &Model) {
    let jobs = store.jobs(&JobFilter::default(), None, 1000).unwrap();
    let mut held = BTreeSet::new();
    let mut from: BTreeMap<String, JobId> = BTreeMap::new();
    for job in &jobs {
        if job.state == JobState::Running {
            assert!(held.insert(job.machine.clone()), "{} holds two jobs", job.machine);
        }
        assert!(job.attempts <= 3, "job {} ran {} times", job.id, job.attempts);
        assert_eq!(job.state.is_ended(), job.end.is_some(), "job {}", job.id);
        for run in &job.runs {
            assert_eq!(from.insert(run.to_string(), job.id), None, "run {run} is from two jobs");
        }
    }
    let filed: Vec<String> = store.filings_after(0).unwrap().into_iter().map(|filed| filed.run.to_string()).collect();
    let once: BTreeSet<&String> = filed.iter().collect();
    assert_eq!((once.len(), once.len()), (filed.len(), from.len()), "a result was filed twice, or is of no job");
    model.agrees_with(store, &jobs);
}

/// Runs this many sequences, the same at every time; what happened in them.
fn holds(place: impl Fn() -> Option<Place>, cases: u32) -> BTreeSet<&'static str> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let seen = RefCell::new(BTreeSet::new());
    let done = runner.run(&prop::collection::vec(op(), 1..100), |ops: Vec<Op>| {
        let Some(place) = place() else { return Ok(()) };
        let (mut store, hand) = fleet(&place, &MACHINES);
        let mut model = Model::new(hand);
        for op in ops {
            model.apply(&mut store, &op);
            check(&store, &model);
        }
        let report = store.verify(None).unwrap();
        prop_assert_eq!(report.faults, vec![]);
        prop_assert_eq!(store.verify_audit().unwrap().broken, Vec::<u64>::new());
        seen.borrow_mut().extend(model.seen);
        Ok(())
    });
    done.unwrap_or_else(|failure| panic!("{failure}"));
    seen.into_inner()
}

#[test]
fn the_queue_is_its_model_on_sqlite() {
    let seen = holds(|| Some(Place::sqlite()), 48);
    let missing: Vec<&str> = ALL.into_iter().filter(|one| !seen.contains(one)).collect();
    assert!(missing.is_empty(), "never happened, and was not tested: {missing:?}");
}

#[test]
fn the_queue_is_its_model_on_postgres() {
    holds(Place::postgres, 8);
}
