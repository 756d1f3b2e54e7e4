//! Known answers of the search for a peak: a queue whose capacity and response times follow from a formula, simulated,
//! so that no machine's mood decides.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use hdrhistogram::Histogram;
use kymo_load::peak::{PeakReport, PeakSpec, StepOutcome, peak};
use kymo_load::{
    Censored, ClientCost, ConnectionCounts, ConnectionUse, Errors, Histograms, HttpVersion, Interval, Io, Load,
    LoadReport, LoadSpec, Profile, Rates, RequestCounts, Schedule, Segment, Summary, Verdict, VerdictKind, Waiting,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

fn spec(poisson: bool) -> LoadSpec {
    let duration = Duration::from_secs(5);
    let profile = Profile { segments: vec![Segment { from: 1.0, to: 1.0, duration }] };
    LoadSpec {
        addresses: vec!["127.0.0.1:1".parse().unwrap()],
        authority: "localhost:1".to_owned(),
        tls: None,
        http: HttpVersion::Http1,
        requests: Vec::new(),
        schedule: if poisson { Schedule::Poisson(profile) } else { Schedule::Constant(profile) },
        connections: 1000,
        connection_use: ConnectionUse::KeepAlive,
        depth: 1,
        threads: 1,
        cpus: Vec::new(),
        waiting: Waiting::Sleep,
        io: Io::Epoll,
        warmup: Duration::ZERO,
        duration,
        drain: Duration::ZERO,
        timeout: Duration::from_secs(2),
        connect_timeout: Duration::from_secs(2),
        interval: Duration::from_millis(100),
        seed: 7,
    }
}

fn search(slo: &str, searches: u32) -> PeakSpec {
    PeakSpec {
        slo: slo.parse().unwrap(),
        start: 100.0,
        searches,
        resolution: 0.02,
        bounds: (1.0, 1e6),
        step_max: Duration::from_secs(60),
    }
}

/// How long answers are waited for.
const DRAIN_S: f64 = 1.0;

/// A single server, first come first served, that takes `service_s` for each request.
fn queue(spec: &LoadSpec, service_s: f64) -> Load {
    let (rate, poisson) = match &spec.schedule {
        Schedule::Poisson(profile) => (profile.segments[0].from, true),
        Schedule::Constant(profile) => (profile.segments[0].from, false),
        other => panic!("{other:?}"),
    };
    let mut random = ChaCha8Rng::seed_from_u64(spec.seed);
    let window = spec.duration.as_secs_f64();
    let mut response = Histogram::<u64>::new(3).unwrap();
    let mut series = vec![Interval::default(); (window * 10.0) as usize];
    let (mut due, mut free, mut last_answer) = (0.0, 0.0_f64, 0.0);
    let (mut planned, mut completed, mut sum, mut age_max) = (0, 0, 0.0, 0.0_f64);
    while due < window {
        planned += 1;
        free = free.max(due) + service_s;
        let last = series.len() - 1;
        series[((due * 10.0) as usize).min(last)].planned += 1;
        for (number, interval) in series.iter_mut().enumerate() {
            let end = (number + 1) as f64 / 10.0;
            interval.start = end - 0.1;
            interval.in_flight += u64::from(due < end && free > end);
        }
        // Answers that come late are waited for.
        if free <= window + DRAIN_S {
            last_answer = free;
            completed += 1;
            sum += free - due;
            response.record(((free - due) * 1e9) as u64).unwrap();
        } else {
            age_max = age_max.max(window + DRAIN_S - due);
        }
        due += if poisson { -(1.0 - random.random::<f64>()).ln() / rate } else { 1.0 / rate };
    }
    let count = planned - completed;
    let percentile = 100.0 * completed as f64 / planned as f64;
    let summary = Summary {
        count: completed,
        mean: sum / completed as f64,
        max: response.max() as f64 / 1e9,
        ..Summary::default()
    };
    let requests = RequestCounts { planned, completed, in_flight: count, ..RequestCounts::default() };
    let rates = Rates { offered: planned as f64 / window, achieved: completed as f64 / window.max(last_answer) };
    let report = LoadReport {
        requests,
        rates,
        censored: Censored { count, age_max, percentile },
        series,
        window_s: window,
        response: summary,
        ..empty()
    };
    Load { report, histograms: Histograms { service: response.clone(), lateness: response.clone(), response } }
}

fn empty() -> LoadReport {
    LoadReport {
        schema: 1,
        verdict: Verdict { kind: VerdictKind::Valid, reasons: Vec::new() },
        response: Summary::default(),
        service: Summary::default(),
        lateness: Summary::default(),
        failed_response: Summary::default(),
        requests: RequestCounts::default(),
        censored: Censored::default(),
        errors: Errors::default(),
        statuses: BTreeMap::new(),
        rates: Rates::default(),
        connections: ConnectionCounts::default(),
        bytes_read: 0,
        bytes_written: 0,
        client: ClientCost::default(),
        series: Vec::new(),
        window_s: 0.0,
        notes: Vec::new(),
    }
}

fn found(poisson: bool, search: &PeakSpec, mut load: impl FnMut(&LoadSpec) -> Load) -> PeakReport {
    let go = AtomicBool::new(false);
    let mut run = |spec: &LoadSpec| -> Result<Load, Infallible> { Ok(load(spec)) };
    peak(&spec(poisson), search, &go, &mut run, &mut |_| {}).unwrap()
}

#[test]
fn with_even_arrivals_the_peak_is_the_capacity() {
    let report = found(false, &search("p99<5ms", 3), |spec| queue(spec, 0.001));
    let rate = report.rate.unwrap();
    assert!((975.0..=1001.0).contains(&rate), "{rate}");
    assert!(report.interval.is_none() && report.notes.iter().any(|note| note.contains("it takes 5")), "{report:#?}");
}

#[test]
fn with_poisson_arrivals_it_is_where_the_formula_of_the_queue_says() {
    // M/D/1: the mean response is s + ρ·s/(2(1 − ρ)); below 2 s it is for ρ < 2/3.
    let report = found(true, &search("mean<2ms", 9), |spec| queue(spec, 0.001));
    let (rate, range) = (report.rate.unwrap(), report.interval.unwrap());
    assert!((600.0..=735.0).contains(&rate), "{rate}");
    assert!(range.lo < rate && rate < range.hi && range.hi < range.lo * 1.3, "{range:?}");
    assert_eq!(report.searches.len(), 9);
}

#[test]
fn searches_are_interleaved() {
    let report = found(false, &search("p50<5ms", 3), |spec| queue(spec, 0.001));
    let order: Vec<u32> = report.steps.iter().map(|step| step.search).filter(|search| *search > 0).collect();
    assert!(order.starts_with(&[1, 2, 3, 1, 2, 3]), "{order:?}");
}

#[test]
fn a_generator_at_its_limit_is_not_the_servers_failing() {
    let mut limited = |spec: &LoadSpec| {
        let mut load = queue(spec, 0.001);
        if load.report.rates.offered > 400.0 {
            load.report.verdict = Verdict { kind: VerdictKind::ClientLimited, reasons: vec!["busy".to_owned()] };
            load.report.requests.completed /= 2;
        }
        load
    };
    let report = found(false, &search("p99<5ms", 5), &mut limited);
    assert!(report.at_least && report.interval.is_none(), "{report:#?}");
    assert!((390.0..=401.0).contains(&report.rate.unwrap()), "{report:#?}");
    assert!(report.steps.iter().all(|step| step.outcome != StepOutcome::Missed));
}

#[test]
fn what_is_met_though_the_generator_was_late_is_met() {
    let report = found(false, &search("p99<5ms", 1), |spec| {
        let mut load = queue(spec, 0.001);
        load.report.verdict = Verdict { kind: VerdictKind::ClientLimited, reasons: vec!["late".to_owned()] };
        load
    });
    assert!(report.at_least && (975.0..=1001.0).contains(&report.rate.unwrap()), "{report:#?}");
}

#[test]
fn what_was_disturbed_is_taken_again() {
    let mut number = 0;
    let report = found(false, &search("p99<5ms", 2), |spec| {
        number += 1;
        let mut load = queue(spec, 0.001);
        if number % 3 == 0 {
            load.report.verdict = Verdict { kind: VerdictKind::Noisy, reasons: vec!["steal".to_owned()] };
            load.report.requests.completed /= 2;
        }
        load
    });
    assert!((975.0..=1001.0).contains(&report.rate.unwrap()), "{report:#?}");
    assert!(report.steps.iter().any(|step| step.outcome == StepOutcome::Disturbed));
}

#[test]
fn an_objective_that_nothing_meets_has_no_peak() {
    let report = found(false, &search("p50<100us", 5), |spec| queue(spec, 0.001));
    assert_eq!((report.rate, report.searches.len()), (None, 0));
    assert_eq!(report.notes, ["no rate met p50<100us"]);
}

#[test]
fn an_interruption_keeps_what_is_there() {
    let go = AtomicBool::new(false);
    let mut steps = 0;
    let mut run = |spec: &LoadSpec| -> Result<Load, Infallible> {
        steps += 1;
        go.store(steps > 4, Ordering::Relaxed);
        Ok(queue(spec, 0.001))
    };
    let report = peak(&spec(false), &search("p99<5ms", 5), &go, &mut run, &mut |_| {}).unwrap();
    assert_eq!((report.rate, report.steps.len()), (None, 4));
    assert!(report.interrupted);
    let met = "interrupted: 0 of 5 searches came to their end; the highest rate that met p99<5ms until then is ";
    assert!(report.notes[0].starts_with(met), "{:?}", report.notes);
}
