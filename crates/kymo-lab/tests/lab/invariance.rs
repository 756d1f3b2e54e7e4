//! What must not matter: which side is called first, the order of benchmarks, the unit of the samples.

use crate::support::made_up::Model;
use crate::support::stage::{Stage, plan};
use kymo_lab::analysis::{Cell, Difference, Judged, Settings, Table, tables};
use kymo_model::{Run, StopRule, Value};
use kymo_stats::Verdict;
use proptest::prelude::*;

/// A run of two variants with differences of all sizes.
fn any_run() -> impl Strategy<Value = Run> {
    let effects = proptest::collection::vec(-0.06_f64..0.06, 1..5);
    (any::<u64>(), effects, 5_u32..25, 0.001_f64..0.03, 0.0_f64..0.03).prop_map(
        |(seed, effects, rounds, between_sd, within_sd)| {
            let mut wanted = plan(effects.len(), 2);
            wanted.seed = seed;
            wanted.stop = StopRule::Rounds { rounds };
            let mut model = Model { between_sd, within_sd, ..Model::noisy(seed) };
            model.effects =
                effects.into_iter().enumerate().map(|(benchmark, effect)| ((benchmark, 1), effect)).collect();
            let mut stage = Stage::new(wanted, model);
            stage.conduct();
            stage.run
        },
    )
}

fn analysed(run: &Run) -> Table {
    tables(run, &Settings::default()).remove(0)
}

fn judged(table: &Table, benchmark: usize) -> &Judged {
    table.rows[benchmark].cells[1].judged().expect("both sides were measured")
}

fn ratio(judged: &Judged) -> f64 {
    match &judged.difference {
        Difference::Ratio(comparison) => comparison.ratio(),
        Difference::Units(_) => f64::NAN,
    }
}

fn mirrored(verdict: Option<Verdict>) -> Option<Verdict> {
    verdict.map(|verdict| match verdict {
        Verdict::Faster => Verdict::Slower,
        Verdict::Slower => Verdict::Faster,
        other => other,
    })
}

fn close(a: f64, b: f64) -> bool {
    (a / b - 1.0).abs() < 1e-9
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn exchanging_the_sides_mirrors_everything(run in any_run()) {
        let mut other = run.clone();
        other.plan.variants.swap(0, 1);
        other.invocations.iter_mut().for_each(|invocation| invocation.variant = 1 - invocation.variant);
        let (table, mirror) = (analysed(&run), analysed(&other));
        for benchmark in 0..run.plan.benchmarks.len() {
            let (one, two) = (judged(&table, benchmark), judged(&mirror, benchmark));
            prop_assert!(close(ratio(one), 1.0 / ratio(two)));
            prop_assert!((one.q - two.q).abs() < 1e-9);
            prop_assert_eq!(mirrored(one.verdict), two.verdict);
        }
        if let (Some(one), Some(two)) = (table.means[1], mirror.means[1]) {
            prop_assert!(close(one.shown().ratio(), 1.0 / two.shown().ratio()));
        }
    }

    #[test]
    fn the_order_of_benchmarks_does_not_matter(run in any_run()) {
        let last = run.plan.benchmarks.len() as u32 - 1;
        let mut other = run.clone();
        other.plan.benchmarks.reverse();
        other.invocations.iter_mut().for_each(|invocation| invocation.benchmark = last - invocation.benchmark);
        let (table, mut reversed) = (analysed(&run), analysed(&other));
        reversed.rows.reverse();
        prop_assert_eq!(&table.rows, &reversed.rows);
    }

    #[test]
    fn the_order_of_invocations_does_not_matter(run in any_run()) {
        let mut other = run.clone();
        other.invocations.reverse();
        prop_assert_eq!(analysed(&run), analysed(&other));
    }

    #[test]
    fn the_unit_does_not_matter(run in any_run()) {
        let mut other = run.clone();
        let samples = other.invocations.iter_mut().flat_map(|invocation| &mut invocation.samples);
        samples.flat_map(|samples| &mut samples.values).for_each(|value| *value = Value::new(value.get() * 1e9));
        let (table, in_nanoseconds) = (analysed(&run), analysed(&other));
        for benchmark in 0..run.plan.benchmarks.len() {
            let (one, two) = (judged(&table, benchmark), judged(&in_nanoseconds, benchmark));
            prop_assert!(close(ratio(one), ratio(two)));
            prop_assert_eq!(one.verdict, two.verdict);
            let (one, two) = (&table.rows[benchmark].cells[0], &in_nanoseconds.rows[benchmark].cells[0]);
            if let (Cell::Measured { mean: one, .. }, Cell::Measured { mean: two, .. }) = (one, two) {
                prop_assert!(close(one * 1e9, *two));
            }
        }
    }

    #[test]
    fn a_third_variant_does_not_change_the_ratio_of_the_others(run in any_run()) {
        let mut other = run.clone();
        other.plan.variants.push(run.plan.variants[1].clone());
        let again = run.invocations.iter().filter(|one| one.variant == 1).cloned();
        other.invocations.extend(again.map(|one| kymo_model::Invocation { variant: 2, ..one }));
        let (table, wider) = (analysed(&run), analysed(&other));
        for benchmark in 0..run.plan.benchmarks.len() {
            prop_assert_eq!(&judged(&table, benchmark).difference, &judged(&wider, benchmark).difference);
        }
    }
}
