//! Properties that hold for every sample: exchange, scale and order change no verdict.

use kymo_stats::order::order;
use kymo_stats::rank::{hodges_lehmann, wilcoxon_p};
use kymo_stats::steps::steps_in_epochs;
use kymo_stats::{
    Assessment, Comparison, Margin, Verdict, assess, benjamini_hochberg, estimate, paired, steps, summary, trend,
    unpaired, verdict,
};
use proptest::prelude::*;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn costs(n: usize) -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(0.9_f64..1.1, n)
}

/// Both sides, of one length.
fn sides() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    (10_usize..40).prop_flat_map(|n| (costs(n), costs(n)))
}

fn scaled(values: &[f64], by: f64) -> Vec<f64> {
    values.iter().map(|value| value * by).collect()
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

fn verdict_of(comparison: &Comparison) -> Verdict {
    verdict(comparison, comparison.p, Margin::LEAST)
}

fn exchanged(verdict: Verdict) -> Verdict {
    match verdict {
        Verdict::Faster => Verdict::Slower,
        Verdict::Slower => Verdict::Faster,
        other => other,
    }
}

/// Whether rounding of the last digit could tip the verdict.
fn on_the_edge(comparison: &Comparison) -> bool {
    let near_margin = |log: f64| (log.abs() - Margin::LEAST.log()).abs() < 1e-9;
    comparison.ci90.is_some_and(|ci| near_margin(ci.lo) || near_margin(ci.hi))
        || (comparison.p - 0.05).abs() < 1e-9
        || comparison.ci95.is_some_and(|ci| ci.lo.abs() < 1e-9 || ci.hi.abs() < 1e-9)
}

proptest! {
    #[test]
    fn exchange_gives_the_reciprocal((a, b) in sides(), shift in 0.9_f64..1.1) {
        let b = scaled(&b, shift);
        for compare in [paired, unpaired] {
            let (forward, backward) = (compare(&a, &b).unwrap(), compare(&b, &a).unwrap());
            prop_assert!(near(forward.diff_log, -backward.diff_log));
            prop_assert!(near(forward.ratio() * backward.ratio(), 1.0));
            prop_assert!(near(forward.p, backward.p));
            let (ci, ic) = (forward.ci95.unwrap(), backward.ci95.unwrap());
            prop_assert!(near(ci.lo, -ic.hi) && near(ci.hi, -ic.lo));
        }
        let (forward, backward) = (paired(&a, &b).unwrap(), paired(&b, &a).unwrap());
        prop_assert_eq!(verdict_of(&forward), exchanged(verdict_of(&backward)));
        prop_assert_eq!(forward.warnings.len(), backward.warnings.len());
    }

    #[test]
    fn the_unit_changes_no_verdict((a, b) in sides(), power in -12_i32..12) {
        let unit = 10_f64.powi(power);
        let here = paired(&a, &b).unwrap();
        let there = paired(&scaled(&a, unit), &scaled(&b, unit)).unwrap();
        prop_assert!(near(here.diff_log, there.diff_log) && near(here.sd_log, there.sd_log));
        if !on_the_edge(&here) {
            prop_assert_eq!(verdict_of(&here), verdict_of(&there));
        }
        let (mine, yours) = (estimate(&a).unwrap(), estimate(&scaled(&a, unit)).unwrap());
        prop_assert!(near(mine.geometric_mean(), yours.geometric_mean() / unit));
    }

    #[test]
    fn the_order_of_rounds_changes_no_verdict((a, b) in sides(), turn in 0_usize..40) {
        let turned = |side: &[f64]| {
            let mut side = side.to_vec();
            let by = turn % side.len();
            side.rotate_left(by);
            side
        };
        let here = paired(&a, &b).unwrap();
        let there = paired(&turned(&a), &turned(&b)).unwrap();
        prop_assert!(near(here.diff_log, there.diff_log) && near(here.p, there.p));
        if !on_the_edge(&here) {
            prop_assert_eq!(verdict_of(&here), verdict_of(&there));
        }
    }

    #[test]
    fn the_order_of_benchmarks_changes_no_q(p in proptest::collection::vec(0.0_f64..1.0, 1..60), turn in 0_usize..60) {
        let by = turn % p.len();
        let mut turned = p.clone();
        turned.rotate_left(by);
        let mut q = benjamini_hochberg(&turned).unwrap();
        q.rotate_right(by);
        let expected = benjamini_hochberg(&p).unwrap();
        prop_assert!(q.iter().zip(&expected).all(|(a, b)| near(*a, *b)));
        prop_assert!(expected.iter().zip(&p).all(|(q, p)| q >= p && *q <= 1.0));
    }

    #[test]
    fn the_order_of_benchmarks_changes_no_summary(suite in proptest::collection::vec((costs(12), costs(12)), 1..8)) {
        let mut comparisons: Vec<Comparison> = suite.iter().map(|(a, b)| paired(a, b).unwrap()).collect();
        let here = summary(&comparisons, &[]).unwrap().shown();
        comparisons.reverse();
        let there = summary(&comparisons, &[]).unwrap().shown();
        prop_assert!(near(here.mean_log, there.mean_log) && near(here.ci95.lo, there.ci95.lo));
    }

    #[test]
    fn geometric_mean_of_ratios_is_the_ratio_of_geometric_means((a, b) in sides()) {
        let ratios: Vec<f64> = b.iter().zip(&a).map(|(b, a)| b / a).collect();
        let of_ratios = estimate(&ratios).unwrap().geometric_mean();
        let ratio = estimate(&b).unwrap().geometric_mean() / estimate(&a).unwrap().geometric_mean();
        prop_assert!((of_ratios - ratio).abs() < 1e-12);
        prop_assert!((paired(&a, &b).unwrap().ratio() - ratio).abs() < 1e-12);
    }

    #[test]
    fn signed_ranks_do_not_know_the_direction(differences in proptest::collection::vec(-1.0_f64..1.0, 1..40)) {
        let opposite: Vec<f64> = differences.iter().map(|d| -d).collect();
        prop_assert_eq!(wilcoxon_p(&differences), wilcoxon_p(&opposite));
        let p = wilcoxon_p(&differences);
        prop_assert!(p.is_none_or(|p| p > 0.0 && p <= 1.0));
        prop_assert!(near(hodges_lehmann(&differences).unwrap(), -hodges_lehmann(&opposite).unwrap()));
    }

    #[test]
    fn the_unit_changes_no_class(
        noise in proptest::collection::vec(-0.02_f64..0.02, 30..80),
        early in 0.7_f64..1.6,
        until in 0_usize..80,
    ) {
        let level = |i: usize| if i < until { early } else { 1.0 };
        let times: Vec<f64> = noise.iter().enumerate().map(|(i, e)| level(i) * (1.0 + e)).collect();
        let classed = |unit: f64| match assess(&scaled(&times, unit), 0).unwrap() {
            Assessment::Assessed(found) => (found.class, found.cut),
            Assessment::NotAssessed { .. } => unreachable!("thirty iterations or more"),
        };
        prop_assert_eq!(classed(1.0), classed(1e9));
        prop_assert_eq!(classed(1.0), classed(1e-9));
    }

    #[test]
    fn a_longer_unit_moves_no_step(noise in proptest::collection::vec(-0.02_f64..0.02, 12..80), jump in -0.2_f64..0.2) {
        let half = noise.len() / 2;
        let logs: Vec<f64> = noise.iter().enumerate().map(|(i, e)| if i < half { *e } else { e + jump }).collect();
        let other: Vec<f64> = logs.iter().map(|log| log + 1e9_f64.ln()).collect();
        let at = |logs: &[f64]| -> Vec<usize> {
            steps(logs, Margin::LEAST).unwrap().steps.iter().map(|step| step.at).collect()
        };
        prop_assert_eq!(at(&logs), at(&other));
        prop_assert_eq!(steps_in_epochs(&logs, &[], Margin::LEAST).len(), at(&logs).len());
        prop_assert!(steps(&logs, Margin::LEAST).unwrap().steps.iter().all(|s| s.diff_log.abs() >= Margin::LEAST.log()));
        prop_assert!(near(trend(&logs).map_or(0.0, |t| t.slope_log), trend(&other).map_or(0.0, |t| t.slope_log)));
    }

    #[test]
    fn a_wider_margin_never_turns_same_into_a_change((a, b) in sides(), delta in 0.01_f64..0.2) {
        let found = paired(&a, &b).unwrap();
        if matches!(verdict_of(&found), Verdict::Same { .. }) {
            let wider = Margin::new(delta).unwrap();
            let again = verdict(&found, found.p, wider);
            prop_assert!(matches!(again, Verdict::Same { .. }), "{again:?}");
        }
    }

    #[test]
    fn rounds_of_an_interrupted_run_are_balanced_for_two(rounds in 1_usize..40, seed: u64) {
        let first = order(2, ChaCha8Rng::seed_from_u64(seed)).take(rounds).filter(|round| round[0] == 0).count();
        prop_assert!((2 * first).abs_diff(rounds) <= 1, "{first} of {rounds}");
    }
}
