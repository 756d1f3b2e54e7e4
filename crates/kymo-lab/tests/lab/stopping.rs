//! When benchmarks are closed: at planned looks, by their spread, never by their effect.

use crate::support::made_up::Model;
use crate::support::stage::{Stage, plan, precision};
use kymo_lab::analysis::{Cell, Difference, tables};
use kymo_model::{Close, Metric, Outcome, Phase, Ratio, RunState, Seconds, StopRule};
use kymo_stats::Margin;

fn conducted(variants: usize, model: Model, stop: StopRule) -> Stage {
    let mut wanted = plan(1, variants);
    wanted.stop = stop;
    let mut stage = Stage::new(wanted, model);
    stage.conduct();
    stage
}

/// Rounds of a benchmark with this spread between processes, and why it was closed.
fn check(variants: usize, between_sd: f64, expect: (usize, Close)) {
    let stage = conducted(variants, Model { between_sd, ..Model::default() }, precision(60));
    let rounds = stage.rounds_of(0, 0);
    assert_eq!((rounds, stage.closed(0)), expect, "{variants} variants, spread {between_sd}");
    assert_eq!(stage.run.state, RunState::Finished);
}

#[test]
fn spread_decides() {
    check(2, 0.0, (10, Close::Precise));
    check(2, 0.001, (10, Close::Precise));
    check(2, 0.1, (60, Close::Rounds));
    // Looks are whole Latin squares: 10 → 12, and 60 with three; with seven 63 would be beyond the last round.
    check(3, 0.001, (12, Close::Precise));
    check(3, 0.1, (60, Close::Rounds));
    check(4, 0.0, (12, Close::Precise));
    check(7, 0.0, (14, Close::Precise));
    check(7, 0.1, (60, Close::Rounds));
    // A single variant by the half-width of its estimate.
    check(1, 0.001, (10, Close::Precise));
    check(1, 0.1, (60, Close::Rounds));
}

#[test]
fn closes_at_looks_only_and_at_the_first_that_is_precise() {
    let looks_of = |variants: usize| kymo_stats::LOOKS.map(|look| look.next_multiple_of(variants.max(2)));
    for (variants, spreads) in [(1, [0.006, 0.009, 0.014]), (2, [0.005, 0.008, 0.011]), (3, [0.004, 0.006, 0.008])] {
        for (seed, between_sd) in (0..12).flat_map(|seed| spreads.map(|sd| (seed, sd))) {
            let stage = conducted(variants, Model { seed, between_sd, ..Model::default() }, precision(60));
            let rounds = stage.rounds_of(0, 0);
            if stage.closed(0) == Close::Rounds {
                continue;
            }
            assert_eq!(stage.closed(0), Close::Precise);
            let looks = if variants == 3 { looks_of(3).to_vec() } else { kymo_stats::LOOKS.to_vec() };
            assert!(looks.contains(&rounds), "{variants} variants closed after {rounds}");
            for look in looks.into_iter().filter(|look| *look <= rounds) {
                let precise = half_width(&stage, look) <= Margin::LEAST.log() / 2.0;
                assert_eq!(precise, look == rounds, "{variants} variants, look {look} of {rounds}");
            }
        }
    }
}

/// The widest half-width that the report would have shown after so many rounds.
fn half_width(stage: &Stage, rounds: usize) -> f64 {
    let mut run = stage.run.clone();
    run.invocations.retain(|invocation| invocation.round as usize <= rounds);
    let tables = tables(&run, &Default::default());
    let cells = &tables[0].rows[0].cells;
    let estimated = match &cells[0] {
        Cell::Measured { estimate: Some(estimate), .. } if cells.len() == 1 => estimate.ci95,
        _ => None,
    };
    let compared = cells.iter().filter_map(Cell::judged).filter_map(|judged| match &judged.difference {
        Difference::Ratio(comparison) => comparison.half_width(),
        Difference::Units(_) => None,
    });
    compared.chain(estimated.map(|interval| interval.half_width())).fold(0.0, f64::max)
}

#[test]
fn the_effect_does_not_decide() {
    for seed in 0..10 {
        let rounds = [0.0, 0.5, -0.3].map(|effect: f64| {
            let mut model = Model { between_sd: 0.007, ..Model::noisy(seed) };
            model.effects.insert((0, 1), effect.ln_1p());
            conducted(2, model, precision(60)).rounds_of(0, 0)
        });
        assert!(rounds[0] == rounds[1] && rounds[1] == rounds[2], "seed {seed}: {rounds:?}");
    }
}

#[test]
fn a_number_of_rounds_is_exact() {
    for rounds in [1, 2, 3, 11, 25] {
        let stage = conducted(2, Model::noisy(1), StopRule::Rounds { rounds });
        assert_eq!((stage.rounds_of(0, 0), stage.rounds_of(0, 1)), (rounds as usize, rounds as usize));
        assert_eq!(stage.closed(0), Close::Rounds);
    }
    for rounds_max in [1, 9, 13] {
        let stage = conducted(2, Model { between_sd: 0.1, ..Model::default() }, precision(rounds_max));
        assert_eq!((stage.rounds_of(0, 1), stage.closed(0)), (rounds_max as usize, Close::Rounds));
    }
}

fn with_budget(budget_s: f64) -> Stage {
    let mut wanted = plan(4, 2);
    wanted.stop =
        StopRule::Precision { margin: Ratio::new(0.01), budget: Some(Seconds::new(budget_s)), rounds_max: 60 };
    let mut stage = Stage::new(wanted, Model { between_sd: 0.1, ..Model::default() });
    stage.conduct();
    stage
}

#[test]
fn every_benchmark_has_a_round_whatever_the_budget() {
    let stage = with_budget(0.0);
    for benchmark in 0..4 {
        assert_eq!((stage.rounds_of(benchmark, 0), stage.rounds_of(benchmark, 1)), (1, 1));
        assert_eq!(stage.closed(benchmark), Close::Budget);
    }
    assert_eq!(stage.run.state, RunState::Finished);
}

#[test]
fn no_round_is_begun_after_the_budget() {
    for budget_s in [0.2, 0.33, 0.5, 1.0, 2.0] {
        let stage = with_budget(budget_s);
        let last_round = &stage.run.invocations[stage.run.invocations.len() - 2..];
        assert_eq!(last_round[0].round, last_round[1].round, "a round begun is finished");
        assert!(last_round[0].start.get() < budget_s, "{budget_s}: begun at {:?}", last_round[0].start);
        assert!((last_round[1].start + last_round[1].duration).get() >= budget_s, "{budget_s}: used up");
        for benchmark in 0..4 {
            assert_eq!(stage.closed(benchmark), Close::Budget);
            assert_eq!(stage.rounds_of(benchmark, 0), stage.rounds_of(benchmark, 1), "whole rounds only");
        }
    }
}

#[test]
fn a_benchmark_that_is_precise_leaves_its_time_to_the_others() {
    let mut wanted = plan(2, 2);
    wanted.stop = precision(60);
    let mut model = Model { between_sd: 0.001, ..Model::default() };
    model.between_sd_of.insert(1, 0.1);
    let mut stage = Stage::new(wanted, model);
    stage.conduct();
    assert_eq!((stage.rounds_of(0, 0), stage.closed(0)), (10, Close::Precise));
    assert_eq!((stage.rounds_of(1, 0), stage.closed(1)), (60, Close::Rounds));
    assert_eq!(stage.told.closed, [(0, Close::Precise), (1, Close::Rounds)]);
}

#[test]
fn metrics_without_a_margin_have_fixed_rounds() {
    let check = |metrics: &[Metric], expect: usize| {
        let mut wanted = plan(1, 2);
        wanted.metrics = metrics.to_vec();
        wanted.stop = precision(60);
        let mut stage = Stage::new(wanted, Model { between_sd: 0.1, ..Model::default() });
        stage.conduct();
        assert_eq!((stage.rounds_of(0, 0), stage.closed(0)), (expect, Close::Precise), "{metrics:?}");
    };
    check(&[Metric::CodeSize], 3);
    check(&[Metric::CodeSize], 3);
    check(&[Metric::PageFaults], 10);
    check(&[Metric::PageFaults, Metric::CodeSize], 10);
}

#[test]
fn wall_time_decides_where_it_is_measured() {
    let rounds = |metrics: &[Metric]| {
        let mut wanted = plan(1, 2);
        wanted.metrics = metrics.to_vec();
        wanted.stop = precision(60);
        // The processor time has a noise of its own of 2 % an iteration.
        let mut stage = Stage::new(wanted, Model::default());
        stage.conduct();
        stage.rounds_of(0, 0)
    };
    assert_eq!(rounds(&[Metric::CpuTime, Metric::WallTime]), 10);
    assert!(rounds(&[Metric::CpuTime]) > 10);
}

#[test]
fn the_widest_phase_decides() {
    let mut wanted = plan(1, 1);
    wanted.phases = vec![Phase::Execute, Phase::Lifetime];
    wanted.stop = precision(60);
    // The long start makes the lifetime precise at the first look; the execution is not, and goes on.
    let mut stage = Stage::new(wanted, Model { between_sd: 0.1, start_s: 100.0, ..Model::default() });
    stage.conduct();
    assert_eq!(stage.closed(0), Close::Rounds);
}

fn crash() -> Outcome {
    Outcome::Crashed { signal: "SIGSEGV".to_owned(), message: String::new() }
}

/// One benchmark precise at ten rounds; these variants fail in these rounds.
fn failing(variants: usize, failures: &[(usize, usize)]) -> Stage {
    let mut wanted = plan(1, variants);
    wanted.stop = precision(60);
    let mut stage = Stage::new(wanted, Model { between_sd: 0.001, ..Model::default() });
    stage.invoker.failures.extend(failures.iter().map(|(variant, round)| ((0, *variant, *round), crash())));
    stage.conduct();
    stage
}

#[test]
fn a_variant_that_fails_is_closed_at_once_and_the_others_go_on() {
    for round in [0, 1, 4, 9, 10] {
        let stage = failing(2, &[(1, round)]);
        assert_eq!(stage.rounds_of(0, 1), round, "invoked no more after round {round}");
        let expect = (10, Close::Precise);
        assert_eq!((stage.rounds_of(0, 0), stage.closed(0)), expect, "alone it is precise by its estimate, {round}");
        let tables = tables(&stage.run, &Default::default());
        let cells = &tables[0].rows[0].cells;
        assert!(matches!(&cells[0], Cell::Measured { n: 10, judged: None, .. }), "{cells:?}");
        assert_eq!(cells[1], Cell::Outcome(crash()));
    }
}

#[test]
fn without_the_first_variant_the_others_stand_alone() {
    for round in [0, 1, 7] {
        let stage = failing(3, &[(0, round)]);
        assert_eq!(stage.rounds_of(0, 0), round);
        // Squares of three where all three began, pairs where the first never did.
        let rounds = if round == 0 { 10 } else { 12 };
        assert_eq!((stage.rounds_of(0, 1), stage.rounds_of(0, 2)), (rounds, rounds));
        assert_eq!(stage.closed(0), Close::Precise);
        let tables = tables(&stage.run, &Default::default());
        let cells = &tables[0].rows[0].cells;
        assert_eq!(cells[0], Cell::Outcome(crash()));
        assert!(cells[1..].iter().all(|cell| matches!(cell, Cell::Measured { judged: None, .. })), "{cells:?}");
        assert_eq!(tables[0].means, [None, None, None]);
    }
}

#[test]
fn when_all_fail_the_benchmark_is_closed() {
    for failures in [[(0, 0), (1, 0)], [(0, 3), (1, 3)], [(0, 2), (1, 5)]] {
        let stage = failing(2, &failures);
        assert_eq!(stage.closed(0), Close::Failed, "{failures:?}");
        assert_eq!(stage.told.closed, [(0, Close::Failed)]);
        assert_eq!((stage.rounds_of(0, 0), stage.rounds_of(0, 1)), (failures[0].1, failures[1].1));
        assert_eq!(stage.run.state, RunState::Finished);
    }
}
