//! The order of invocations, read from the log of what was ordered.

use crate::support::made_up::Model;
use crate::support::stage::{Stage, plan, precision};
use kymo_model::{Close, Outcome, StopRule};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The places of the variants in the rounds of one benchmark.
fn rounds(stage: &Stage, benchmark: usize, variants: usize) -> Vec<Vec<usize>> {
    let own: Vec<usize> = stage.rounds_log().iter().filter(|one| one.0 == benchmark).map(|one| one.1).collect();
    own.chunks(variants).map(<[usize]>::to_vec).collect()
}

#[test]
fn calibration_comes_first_and_once() {
    let mut stage = Stage::new(plan(3, 2), Model::noisy(1));
    stage.conduct();
    let first: Vec<(usize, usize)> = stage.invoker.log[..6].iter().map(|one| (one.benchmark, one.variant)).collect();
    assert_eq!(first, [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]);
    let calibrations = stage.run.invocations.iter().filter(|invocation| invocation.round == 0);
    assert_eq!(calibrations.count(), 6);
    assert!(stage.run.invocations[6..].iter().all(|invocation| invocation.round > 0));
}

#[test]
fn sequence_and_times_run_on() {
    let mut stage = Stage::new(plan(2, 2), Model::noisy(1));
    stage.conduct();
    for (position, pair) in stage.run.invocations.windows(2).enumerate() {
        assert_eq!(pair[0].sequence as usize, position);
        let end = pair[0].start + pair[0].duration;
        assert!((pair[1].start - end).get().abs() < 1e-6, "one invocation starts where the other ended");
    }
    assert_eq!(stage.told.invoked, (1..=stage.run.invocations.len()).collect::<Vec<_>>(), "told of every one");
    assert_eq!(stage.told.starting.len(), stage.run.invocations.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn rounds_are_balanced_and_interleaved(seed: u64, benchmarks in 1_usize..5, variants in 1_usize..6) {
        let mut wanted = plan(benchmarks, variants);
        wanted.seed = seed;
        wanted.stop = StopRule::Rounds { rounds: 3 * variants as u32 };
        let mut stage = Stage::new(wanted, Model::noisy(seed));
        stage.conduct();
        let log = stage.rounds_log();
        for (number, pass) in log.chunks(benchmarks * variants).enumerate() {
            // Nothing is known of the widths without looks, so each pass has the order of the suite.
            let order: Vec<usize> = pass.iter().map(|one| one.0).collect();
            let expected: Vec<usize> = (0..benchmarks).flat_map(|one| vec![one; variants]).collect();
            prop_assert_eq!(order, expected, "pass {}", number);
        }
        for benchmark in 0..benchmarks {
            for square in rounds(&stage, benchmark, variants).chunks(variants) {
                for place in 0..variants {
                    let in_place: BTreeSet<usize> = square.iter().map(|round| round[place]).collect();
                    prop_assert_eq!(in_place.len(), variants, "every variant in every place: {:?}", square);
                }
            }
        }
    }

    #[test]
    fn variants_known_to_fail_leave_no_gap(seed: u64, unable in 0_usize..3) {
        let mut wanted = plan(1, 3);
        wanted.seed = seed;
        wanted.stop = StopRule::Rounds { rounds: 8 };
        let mut stage = Stage::new(wanted, Model::noisy(seed));
        stage.invoker.failures.insert((0, unable, 0), Outcome::Trapped { message: String::new() });
        stage.conduct();
        for pair in rounds(&stage, 0, 2).chunks(2) {
            prop_assert_eq!((pair[0][0], pair[0][1]), (pair[1][1], pair[1][0]), "AB BA: {:?}", pair);
        }
    }

    #[test]
    fn equal_seeds_give_equal_runs(seed: u64) {
        let conducted = |seed| {
            let mut wanted = plan(2, 3);
            wanted.seed = seed;
            let mut stage = Stage::new(wanted, Model::noisy(5));
            stage.conduct();
            (stage.run.invocations.clone(), stage.invoker.log)
        };
        let one = conducted(seed);
        prop_assert_eq!(&one, &conducted(seed));
        prop_assert_ne!(&one.1, &conducted(seed ^ 1).1);
    }
}

#[test]
fn benchmarks_have_orders_of_their_own() {
    let mut wanted = plan(8, 2);
    wanted.stop = StopRule::Rounds { rounds: 10 };
    let mut stage = Stage::new(wanted, Model::noisy(1));
    stage.conduct();
    let orders: BTreeSet<Vec<Vec<usize>>> = (0..8).map(|benchmark| rounds(&stage, benchmark, 2)).collect();
    assert!(orders.len() > 4, "a common order makes errors go together: {orders:?}");
}

#[test]
fn paddings_differ_and_stay_in_a_page() {
    let mut stage = Stage::new(plan(4, 2), Model::noisy(1));
    stage.conduct();
    let paddings: BTreeSet<usize> = stage.invoker.log.iter().map(|entry| entry.padding_bytes).collect();
    assert!(paddings.len() > stage.invoker.log.len() / 2);
    assert!(paddings.iter().all(|padding| *padding < 4096));
}

#[test]
fn the_widest_comes_first_once_widths_are_known() {
    let mut wanted = plan(3, 2);
    wanted.stop = precision(16);
    let mut model = Model { between_sd: 0.05, ..Model::default() };
    model.between_sd_of.extend([(0, 0.03), (2, 0.2)]);
    let mut stage = Stage::new(wanted, model);
    stage.conduct();
    assert!((0..3).all(|benchmark| stage.closed(benchmark) == Close::Rounds));
    let passes: Vec<Vec<usize>> =
        stage.rounds_log().chunks(6).map(|pass| pass.iter().step_by(2).map(|one| one.0).collect()).collect();
    assert!(passes[..10].iter().all(|pass| *pass == [0, 1, 2]), "before the first look: {passes:?}");
    assert!(passes[10..].iter().all(|pass| *pass == [2, 1, 0]), "after it: {passes:?}");
}
