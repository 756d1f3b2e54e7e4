//! Outcomes that are known before anything runs.

use crate::support::stage::{Stage, plan};
use kymo_lab::analysis::{Cell, tables};
use kymo_model::{Close, Feature, ModuleKind, Outcome, RunState};

/// Two variants, of which the second is asked for something. Its outcome, and how often it was invoked.
fn check(prepare: impl FnOnce(&mut Stage), expect: Outcome) {
    let mut stage = Stage::new(plan(2, 2), Default::default());
    prepare(&mut stage);
    stage.conduct();
    let found: Vec<_> = stage.invocations_of(0, 1).collect();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0].outcome, found[0].round), (&expect, 0));
    assert_eq!(found[0].duration.get(), 0.0);
    assert!(!stage.invoker.log.iter().any(|entry| (entry.benchmark, entry.variant) == (0, 1)), "never invoked");
    assert_eq!(stage.rounds_of(1, 1), 4, "the other benchmark goes on");
    assert_eq!(stage.run.state, RunState::Finished);
    let tables = tables(&stage.run, &Default::default());
    assert_eq!(tables[0].rows[0].cells[1], Cell::Outcome(expect));
}

#[test]
fn nothing_is_invoked_for_what_is_known() {
    let all_but_first = |stage: &mut Stage, feature: Feature| {
        stage.run.plan.benchmarks[0].requires.insert(feature);
        stage.setup.engines[0].features.insert(feature);
    };
    check(|stage| all_but_first(stage, Feature::Gc), Outcome::unsupported(Feature::Gc));
    check(
        |stage| {
            stage.run.plan.benchmarks[0].kind = ModuleKind::Component;
            stage.setup.engines[0].kinds.push(ModuleKind::Component);
        },
        Outcome::Unsupported { feature: "component modules".to_owned() },
    );
    // The feature says more than the kind.
    check(
        |stage| {
            stage.run.plan.benchmarks[0].kind = ModuleKind::Component;
            stage.setup.engines[0].kinds.push(ModuleKind::Component);
            all_but_first(stage, Feature::ComponentModel);
        },
        Outcome::unsupported(Feature::ComponentModel),
    );
    check(
        |stage| stage.setup.unprovided[0] = vec!["env.now".to_owned(), "env.log".to_owned()],
        Outcome::Invalid { message: "nobody provides the import env.now, env.log".to_owned() },
    );
}

#[test]
fn what_is_supported_is_run() {
    let mut stage = Stage::new(plan(1, 2), Default::default());
    stage.run.plan.benchmarks[0].requires.insert(Feature::Simd);
    stage.conduct();
    assert_eq!(stage.rounds_of(0, 1), 4);
}

#[test]
fn a_benchmark_that_nobody_can_run_is_closed_without_an_invocation() {
    let mut stage = Stage::new(plan(2, 2), Default::default());
    stage.setup.unprovided[1] = vec!["env.now".to_owned()];
    stage.conduct();
    assert_eq!((stage.closed(0), stage.closed(1)), (Close::Rounds, Close::Failed));
    assert!(stage.invoker.log.iter().all(|entry| entry.benchmark == 0));
    assert_eq!(stage.invocations_of(1, 0).count(), 1);
}

#[test]
fn a_run_of_nothing_but_failures_still_shows_why() {
    let mut stage = Stage::new(plan(1, 2), Default::default());
    stage.setup.unprovided[0] = vec!["env.now".to_owned()];
    stage.conduct();
    let tables = tables(&stage.run, &Default::default());
    assert!(matches!(&tables[0].rows[0].cells[..], [Cell::Outcome(_), Cell::Outcome(_)]), "{tables:?}");
}
