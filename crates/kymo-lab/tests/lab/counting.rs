//! Counts are made apart from the rounds: what is timed has no counters in it.

use crate::support::made_up::{Entry, Interruption, Model};
use crate::support::stage::{Stage, plan};
use kymo_lab::analysis::{Cell, Settings, tables};
use kymo_model::{Close, Metric, Outcome, Phase, Plan, RunState};

fn counted(metrics: &[Metric]) -> Plan {
    Plan { metrics: metrics.to_vec(), phases: vec![Phase::Compile, Phase::Execute], ..plan(1, 2) }
}

fn counts(stage: &Stage) -> Vec<(usize, Metric, bool, bool, usize)> {
    let apart = |entry: &&Entry| entry.metrics.iter().any(|metric| metric.is_counted_apart());
    let entries = stage.invoker.log.iter().filter(apart);
    entries.map(|one| (one.variant, one.metrics[0], one.simulated, one.fuel, one.phases.len())).collect()
}

#[test]
fn each_count_is_made_twice_alone_and_before_the_rounds() {
    let mut stage =
        Stage::new(counted(&[Metric::WallTime, Metric::Fuel, Metric::InstructionsSimulated]), Model::noisy(3));
    stage.conduct();
    let fuel = |variant| (variant, Metric::Fuel, false, true, 1);
    let simulated = |variant| (variant, Metric::InstructionsSimulated, true, false, 2);
    let wanted = [fuel(0), fuel(1), fuel(0), fuel(1), simulated(0), simulated(1), simulated(0), simulated(1)];
    assert_eq!(counts(&stage), wanted);
    assert!(stage.invoker.log[..8].iter().all(|entry| entry.metrics.len() == 1), "first, and each alone");
    let timed = &stage.invoker.log[8..];
    assert!(timed.iter().all(|entry| entry.metrics == [Metric::WallTime] && !entry.fuel && !entry.simulated));
    assert_eq!(timed.len(), 2 + 2 * 4, "calibration and four rounds, none of them lost to the counts");
    assert_eq!(stage.run.state, RunState::Finished);
    let found = tables(&stage.run, &Settings::default());
    let table =
        found.iter().find(|table| table.metric == Metric::InstructionsSimulated && table.phase == Phase::Execute);
    let judged = table.and_then(|table| table.rows[0].cells[1].judged()).map(|judged| judged.difference.p());
    assert_eq!(judged, Some(0.0), "one instruction more is more, for certain");
}

#[test]
fn counts_alone_need_no_rounds() {
    let mut stage = Stage::new(counted(&[Metric::Fuel]), Model::noisy(3));
    stage.conduct();
    assert_eq!(stage.invoker.log.len(), 4);
    assert_eq!((stage.closed(0), stage.run.state), (Close::Rounds, RunState::Finished));
}

#[test]
fn a_count_that_fails_is_told_and_closes_nothing() {
    let mut stage = Stage::new(counted(&[Metric::WallTime, Metric::Fuel]), Model::noisy(3));
    let outcome = Outcome::Failed { message: "no counters in this code".to_owned() };
    stage.invoker.failures.insert((0, 1, 0), outcome.clone());
    stage.conduct();
    assert_eq!(counts(&stage).len(), 3, "what failed once is not tried again");
    assert_eq!(stage.rounds_of(0, 1), 1 + 4, "the count that failed, and all rounds");
    assert!(stage.run.invocations.iter().any(|one| one.outcome == outcome && one.counting == Some(Metric::Fuel)));
    let found = tables(&stage.run, &Settings::default());
    let of =
        |metric| &found.iter().find(|table| table.metric == metric && table.phase == Phase::Execute).unwrap().rows[0];
    assert!(matches!(of(Metric::WallTime).cells[1], Cell::Measured { .. }));
    assert!(matches!(of(Metric::Fuel).cells[1], Cell::Absent));
}

#[test]
fn without_a_simulator_it_is_said_once() {
    let mut stage = Stage::new(counted(&[Metric::WallTime, Metric::InstructionsSimulated]), Model::noisy(3));
    stage.setup.simulator = false;
    stage.conduct();
    assert!(counts(&stage).is_empty());
    let wanted = "instructions_simulated is absent: valgrind was not found; install it, or leave the metric out";
    assert_eq!(stage.run.notes, [wanted]);
}

#[test]
fn an_interrupted_count_is_made_again_and_no_other() {
    let mut stage = Stage::new(counted(&[Metric::WallTime, Metric::Fuel]), Model::noisy(3));
    stage.invoker.interruption = Some(Interruption { during: 2, cuts_short: true });
    stage.conduct();
    assert_eq!(stage.run.state, RunState::Interrupted);
    stage.resume();
    assert_eq!(stage.run.state, RunState::Finished);
    let recorded = stage.run.invocations.iter().filter(|one| one.counting.is_some());
    let recorded: Vec<(u32, u32)> = recorded.map(|one| (one.variant, one.round)).collect();
    assert_eq!(recorded, [(0, 1), (1, 1), (0, 2), (1, 2)]);
}
