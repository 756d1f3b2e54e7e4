//! A run that is interrupted, at any point and in any way, becomes the run that it would have been.

use crate::support::made_up::{Entry, Interruption, Model};
use crate::support::stage::{Stage, plan, precision};
use kymo_model::{Close, Feature, Invocation, Outcome, Plan, Ratio, Run, RunState, Seconds, StopRule};
use proptest::prelude::*;

/// What the tests vary.
#[derive(Clone, Debug)]
struct Case {
    plan: Plan,
    seed: u64,
    /// Benchmark, variant and invocation that fails.
    failing: Option<(usize, usize, usize)>,
    /// A benchmark that the first variant does not support.
    unsupported: Option<usize>,
}

impl Case {
    fn stage(&self) -> Stage {
        let mut wanted = self.plan.clone();
        if let Some(benchmark) = self.unsupported.and_then(|index| wanted.benchmarks.get_mut(index)) {
            benchmark.requires.insert(Feature::Gc);
        }
        let mut model = Model::noisy(self.seed);
        model.between_sd_of.extend([(0, 0.001), (1, 0.03)]);
        let mut stage = Stage::new(wanted, model);
        if self.unsupported.is_some() {
            for engine in stage.setup.engines.iter_mut().skip(1) {
                engine.features.insert(Feature::Gc);
            }
        }
        stage.invoker.failures.extend(self.failing.map(|place| (place, Outcome::Trapped { message: String::new() })));
        stage
    }

    /// Interrupts at every point and resumes.
    fn check(&self) -> Result<(), TestCaseError> {
        let mut whole = self.stage();
        whole.told.documents = Some(Vec::new());
        whole.conduct();
        prop_assert_eq!(whole.run.state, RunState::Finished);
        for during in 0..whole.invoker.log.len() {
            for cuts_short in [true, false] {
                self.check_interruption(&whole, Interruption { during, cuts_short })?;
            }
        }
        for killed in whole.told.documents.iter().flatten() {
            let mut stage = self.stage();
            stage.run = killed.clone();
            stage.invoker.go_on_after(killed);
            let before = whole.invoker.log.len() - remaining(&whole.run, killed);
            stage.resume();
            same_run(&whole.run, &stage.run)?;
            prop_assert_eq!(&whole.invoker.log[before..], &stage.invoker.log[..], "the same orders");
        }
        Ok(())
    }

    fn check_interruption(&self, whole: &Stage, interruption: Interruption) -> Result<(), TestCaseError> {
        let mut stage = self.stage();
        stage.invoker.interruption = Some(interruption);
        stage.conduct();
        let at = format!("{interruption:?}");
        let done = interruption.during + usize::from(!interruption.cuts_short);
        let invoked = stage.run.invocations.iter().filter(|invocation| invocation.duration.get() > 0.0).count();
        // A real failure that coincides with the interrupt cannot be told from one that it caused: it is made again.
        let failed = !interruption.cuts_short && invoked == interruption.during;
        prop_assert!(invoked == done || failed, "{}: nothing is recorded of what was cut short", &at);
        let open = stage.run.closed.values().any(|close| *close == Close::Interrupted);
        prop_assert_eq!(stage.run.state == RunState::Interrupted, open, "{}", &at);
        prop_assert!(!open || stage.run.closed.len() == self.plan.benchmarks.len());
        if failed {
            stage.invoker.go_on_after(&stage.run.clone());
        }
        stage.resume();
        same_run(&whole.run, &stage.run)?;
        let mut log = stage.invoker.log;
        if interruption.cuts_short || failed {
            let again: Entry = log.remove(interruption.during);
            prop_assert_eq!(Some(&again), log.get(interruption.during), "{}: the same order once more", &at);
        }
        prop_assert_eq!(&log, &whole.invoker.log, "{}", &at);
        Ok(())
    }
}

/// Invocations that `killed` lacks, those that need no process left out.
fn remaining(whole: &Run, killed: &Run) -> usize {
    whole.invocations[killed.invocations.len()..].iter().filter(|invocation| invocation.duration.get() > 0.0).count()
}

fn same_run(whole: &Run, resumed: &Run) -> Result<(), TestCaseError> {
    prop_assert_eq!(&whole.closed, &resumed.closed);
    prop_assert_eq!(whole.state, resumed.state);
    prop_assert_eq!(whole.invocations.len(), resumed.invocations.len());
    // Starts are sums of spans, put together in another order.
    let timeless = |one: &Invocation| Invocation { start: Seconds::new(0.0), ..one.clone() };
    for (one, other) in whole.invocations.iter().zip(&resumed.invocations) {
        prop_assert!((one.start - other.start).get().abs() < 1e-6);
        prop_assert_eq!(timeless(one), timeless(other));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn resumed_at_any_point_it_is_the_same(
        seed: u64,
        benchmarks in 1_usize..4,
        variants in 1_usize..4,
        rounds in 1_u32..5,
        failing in proptest::option::of((0_usize..3, 0_usize..3, 0_usize..4)),
        unsupported in proptest::option::of(0_usize..3),
    ) {
        let mut wanted = plan(benchmarks, variants);
        wanted.seed = seed;
        wanted.stop = StopRule::Rounds { rounds };
        Case { plan: wanted, seed, failing, unsupported }.check()?;
    }
}

#[test]
fn resumed_between_looks_it_is_the_same() {
    for seed in 0..3 {
        let mut wanted = plan(3, 2);
        wanted.seed = seed;
        wanted.stop = precision(15);
        Case { plan: wanted, seed, failing: Some((1, 1, 12)), unsupported: None }.check().unwrap();
    }
}

#[test]
fn resumed_with_a_budget_it_is_the_same() {
    // A round takes some 16 ms: of these budgets some end in its first half, after which the round is still finished.
    for budget_ms in [310, 314, 318, 322] {
        let budget = Some(Seconds::new(f64::from(budget_ms) * 1e-3));
        let mut wanted = plan(3, 2);
        wanted.stop = StopRule::Precision { margin: Ratio::new(0.01), budget, rounds_max: 60 };
        let case = Case { plan: wanted, seed: 1, failing: None, unsupported: None };
        let mut whole = case.stage();
        whole.conduct();
        assert!(whole.run.closed.values().all(|close| *close == Close::Budget), "{:?}", whole.run.closed);
        assert!(whole.rounds_of(0, 0) > 2);
        case.check().unwrap();
    }
}

#[test]
fn the_pause_is_not_counted() {
    let case = Case { plan: plan(2, 2), seed: 1, failing: None, unsupported: None };
    let mut stage = case.stage();
    stage.invoker.interruption = Some(Interruption { during: 7, cuts_short: true });
    stage.conduct();
    let end = stage.run.invocations.last().map(|last| last.start + last.duration).unwrap();
    stage.clock.advance(std::time::Duration::from_secs(3600));
    stage.resume();
    assert!((stage.run.invocations[7].start - end).get().abs() < 1e-6);
}

#[test]
fn an_incomplete_round_makes_no_pair() {
    let mut wanted = plan(1, 2);
    wanted.stop = StopRule::Rounds { rounds: 12 };
    let mut stage = Case { plan: wanted, seed: 1, failing: None, unsupported: None }.stage();
    // Two calibrations, ten whole rounds, and the first half of the eleventh.
    stage.invoker.interruption = Some(Interruption { during: 23, cuts_short: true });
    stage.conduct();
    assert_eq!(stage.run.invocations.len(), 23);
    let tables = kymo_lab::analysis::tables(&stage.run, &Default::default());
    let judged = tables[0].rows[0].cells[1].judged().unwrap();
    assert_eq!(judged.rounds.len(), 10);
}

#[test]
fn resuming_a_finished_run_does_nothing() {
    let mut stage = Case { plan: plan(2, 2), seed: 1, failing: None, unsupported: None }.stage();
    let finished = stage.conduct().clone();
    stage.invoker.log.clear();
    assert_eq!(stage.resume(), &finished);
    assert!(stage.invoker.log.is_empty());
}
