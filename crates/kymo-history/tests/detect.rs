//! Changes in made-up series: what is compared with what, and what raises no alarm.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use kymo_history::series::{Loaded, Series, SeriesPoint};
use kymo_history::{Change, Detector};
use kymo_model::watch::RegressionRule;
use kymo_model::{BenchmarkName, Metric, Phase, Ratio};
use kymo_store::{Context, SeriesKey};
use std::collections::HashMap;

/// Noise of half a percent, as a table of remainders.
fn noise(commit: u32, salt: u32) -> f64 {
    1.0 + 0.01 * (f64::from((commit * 37 + salt * 11) % 101) / 101.0 - 0.5)
}

/// A series of a benchmark on the machine `bench`; `value` and `context` by commit.
fn series(id: i64, canary: bool, metric: Metric, value: impl Fn(u32) -> f64, context: impl Fn(u32) -> i64) -> Series {
    let points = (0..60).map(|commit| SeriesPoint {
        position: 2 * commit,
        filing: i64::from(commit) + 1,
        value: value(commit),
        interval: None,
        context: context(commit),
    });
    let variant = if canary { "engine@pinned" } else { "engine" };
    let key = SeriesKey {
        benchmark: "basics/fib".to_owned(),
        phase: Phase::Execute,
        metric,
        variant: variant.to_owned(),
        relative_to: String::new(),
        canary,
    };
    Series { id, machine: "bench".to_owned(), key, points: points.collect(), failures: Vec::new() }
}

/// Contexts 1 to 4: another fingerprint, another module, other machine code than the first.
fn contexts() -> HashMap<i64, Context> {
    let context = |fingerprint: &str, module: &str, code: &str| Context {
        fingerprint: fingerprint.to_owned(),
        module: module.to_owned(),
        build: "1.0".to_owned(),
        code: code.to_owned(),
    };
    [context("f", "m", "c"), context("other", "m", "c"), context("f", "other", "c"), context("f", "m", "other")]
        .into_iter()
        .zip(1..)
        .map(|(context, key)| (key, context))
        .collect()
}

fn found(series: Vec<Series>) -> Vec<Change> {
    Detector::default().changes(&Loaded { series, contexts: contexts() })
}

fn jump(commit: u32) -> f64 {
    if commit < 30 { 1.0 } else { 1.08 }
}

#[test]
fn what_the_project_says_counts_is_what_counts() {
    let under = |rule: RegressionRule| {
        let series = vec![series(1, false, Metric::WallTime, |at| jump(at) * noise(at, 1), |_| 4)];
        let benchmark = series[0].key.benchmark.clone();
        let detector = Detector { rule, ..Detector::default() };
        (detector.changes(&Loaded { series, contexts: contexts() }).len(), benchmark)
    };
    let (found, benchmark) = under(RegressionRule::default());
    assert_eq!(found, 1);
    let least = |least: f64| RegressionRule { least: Some(Ratio::new(least)), ..RegressionRule::default() };
    assert_eq!((under(least(0.04)).0, under(least(0.2)).0), (1, 0));
    let metrics = |metric| RegressionRule { metrics: vec![metric], ..RegressionRule::default() };
    assert_eq!((under(metrics(Metric::WallTime)).0, under(metrics(Metric::PeakRss)).0), (1, 0));
    let ignore = RegressionRule { ignore: vec![BenchmarkName::new(benchmark)], ..RegressionRule::default() };
    assert_eq!(under(ignore).0, 0);
}

#[test]
fn a_change_has_its_commits_and_its_size() {
    let changes = found(vec![series(1, false, Metric::WallTime, |at| jump(at) * noise(at, 1), |_| 4)]);
    let [change] = &changes[..] else { panic!("{changes:#?}") };
    // Every second commit was measured: the change is one of two.
    assert_eq!((change.at, change.before, change.commits.clone()), (60, 58, 59..=60));
    assert!((change.size - 0.08).abs() < 0.005 && change.worse, "{change:#?}");
    let (low, high) = change.interval.unwrap();
    assert!(low < change.size && change.size < high && low > 0.07, "{change:#?}");
    assert_eq!(change.spark[change.spark_at].round(), 1.0);
    assert!(change.spark[change.spark_at] > 1.05 && change.spark[change.spark_at - 1] < 1.05);
}

#[test]
fn nothing_is_compared_across_epochs_and_modules() {
    for context in [2, 3] {
        let at = |commit: u32| if commit < 30 { 1 } else { context };
        assert_eq!(found(vec![series(1, false, Metric::WallTime, |at| jump(at) * noise(at, 1), at)]), []);
    }
    // Old commits measured again on the new epoch are of the new epoch: it has no jump of its own.
    let alternating = |commit: u32| 1 + i64::from(commit % 2);
    let by_epoch = |commit: u32| if commit.is_multiple_of(2) { 1.0 } else { 1.08 };
    let changes = found(vec![series(1, false, Metric::WallTime, |at| by_epoch(at) * noise(at, 1), alternating)]);
    assert_eq!(changes, []);
}

#[test]
fn identical_machine_code_is_marked() {
    let same = found(vec![series(1, false, Metric::WallTime, |at| jump(at) * noise(at, 1), |_| 1)]);
    assert_eq!(same.iter().map(|change| change.same_code).collect::<Vec<_>>(), [true]);
    let other = |commit: u32| if commit < 30 { 1 } else { 4 };
    let changed = found(vec![series(1, false, Metric::WallTime, |at| jump(at) * noise(at, 1), other)]);
    assert_eq!(changed.iter().map(|change| change.same_code).collect::<Vec<_>>(), [false]);
}

#[test]
fn what_the_canary_shares_is_the_machines() {
    let both = |at: u32| jump(at) * noise(at, 1);
    let pair = |own: &dyn Fn(u32) -> f64| {
        vec![
            series(1, false, Metric::WallTime, own, |_| 4),
            series(2, true, Metric::WallTime, |at| 3.0 * both(at), |_| 4),
        ]
    };
    assert_eq!(found(pair(&both)), []);
    // What the program does besides is seen: 5 % at commit 45, on top of the machine's 8 % at 30.
    let program = |at: u32| both(at) * if at < 45 { 1.0 } else { 1.05 } * noise(at, 7);
    let changes = found(pair(&program));
    let [change] = &changes[..] else { panic!("{changes:#?}") };
    assert!(change.at == 90 && change.relative && (change.size - 0.05).abs() < 0.01, "{change:#?}");
}

#[test]
fn an_exact_metric_changes_at_the_first_value_and_by_little() {
    let size = |at: u32| if at < 58 { 10_000.0 } else { 10_020.0 };
    let changes = found(vec![series(1, false, Metric::CodeSize, size, |_| 4)]);
    let [change] = &changes[..] else { panic!("{changes:#?}") };
    assert_eq!((change.at, change.interval, change.confidence), (116, None, 1.0));
    let less = |at: u32| if at < 58 { 10_000.0 } else { 10_001.0 };
    assert_eq!(found(vec![series(1, false, Metric::CodeSize, less, |_| 4)]), []);
}

#[test]
fn a_suspicion_takes_two_analyses() {
    // Of two values after the change none is enough, of four the last analysis agrees with the one before.
    let from = |first: u32| move |at: u32| if at < first { noise(at, 1) } else { 1.2 * noise(at, 1) };
    assert_eq!(found(vec![series(1, false, Metric::WallTime, from(58), |_| 4)]), []);
    assert_eq!(found(vec![series(1, false, Metric::WallTime, from(56), |_| 4)]).len(), 1);
}
