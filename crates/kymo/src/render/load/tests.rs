//! Reports that were made up, as people and scripts see them.

use super::wrk2::Distributions;
use super::{Shown, html, live, peak, text, wrk2};
use hdrhistogram::Histogram;
use kymo_load::peak::{PeakReport, Range, SearchReport};
use kymo_load::{
    Censored, ClientCost, ConnectionCounts, ConnectionUse, Errors, Expect, Histograms, HttpVersion, Interval, Io, Load,
    LoadReport, LoadSpec, Profile, Rates, RequestCounts, RequestSpec, Schedule, Segment, Summary, ThreadCost, Verdict,
    VerdictKind, Waiting, summary,
};
use std::collections::BTreeMap;
use std::time::Duration;

const URL: &str = "http://127.0.0.1:8080/";

fn spec() -> LoadSpec {
    let duration = Duration::from_secs(10);
    LoadSpec {
        addresses: vec!["127.0.0.1:8080".parse().unwrap()],
        authority: "127.0.0.1:8080".to_owned(),
        tls: None,
        http: HttpVersion::Http1,
        requests: vec![RequestSpec {
            weight: 1.0,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            expect: Expect::default(),
        }],
        schedule: Schedule::Constant(Profile { segments: vec![Segment { from: 1000.0, to: 1000.0, duration }] }),
        connections: 10,
        connection_use: ConnectionUse::KeepAlive,
        depth: 1,
        threads: 2,
        cpus: Vec::new(),
        waiting: Waiting::Sleep,
        io: Io::Epoll,
        warmup: Duration::from_secs(1),
        duration,
        drain: Duration::from_secs(2),
        timeout: Duration::from_secs(2),
        connect_timeout: Duration::from_secs(5),
        interval: Duration::from_millis(100),
        seed: 7,
    }
}

/// 10,000 times from `lo` on, a nanosecond's thousandth of it apart, and a slow hundredth.
fn times(lo: u64) -> Histogram<u64> {
    let mut histogram = Histogram::<u64>::new(3).unwrap();
    for number in 0..10_000 {
        let slow = if number % 100 == 99 { 50 } else { 1 };
        histogram.record(lo * slow + number * lo / 10_000).unwrap();
    }
    histogram
}

fn load() -> Load {
    let histograms = Histograms { response: times(90_000), service: times(80_000), lateness: times(5_000) };
    let series = (-10..100).map(|number| {
        let of = |p50: f64| Summary { count: 100, p50, p99: p50 * 40.0, max: p50 * 55.0, ..Summary::default() };
        let wave = 1.0 + f64::from(number % 7) / 10.0;
        Interval {
            start: f64::from(number) / 10.0,
            planned: 100,
            completed: 100,
            in_flight: 1,
            response: of(1e-4 * wave),
            service: of(9e-5 * wave),
            lateness: of(5e-6),
            ..Interval::default()
        }
    });
    let thread = ThreadCost { cpu: None, busy: 0.1, waiting: 0.01, working: 0.09 };
    let report = LoadReport {
        schema: 1,
        verdict: Verdict { kind: VerdictKind::Valid, reasons: Vec::new() },
        response: summary(&histograms.response),
        service: summary(&histograms.service),
        lateness: summary(&histograms.lateness),
        failed_response: Summary::default(),
        requests: RequestCounts { planned: 10_000, completed: 10_000, ..RequestCounts::default() },
        censored: Censored { percentile: 100.0, ..Censored::default() },
        errors: Errors::default(),
        statuses: BTreeMap::from([(200, 10_000)]),
        rates: Rates { offered: 1000.0, achieved: 1000.0 },
        connections: ConnectionCounts {
            made: 10,
            again: 0,
            connect: Summary { count: 10, p50: 1.2e-4, max: 3.1e-4, ..Summary::default() },
        },
        bytes_read: 2_380_000,
        bytes_written: 400_000,
        client: ClientCost {
            cpu_s: 0.4,
            cpu_per_request_s: 4e-5,
            user_per_request_s: 3e-6,
            threads: vec![thread, thread],
        },
        series: series.collect(),
        window_s: 10.0,
        notes: Vec::new(),
    };
    Load { report, histograms }
}

fn overloaded() -> Load {
    let mut load = load();
    let report = &mut load.report;
    report.requests = RequestCounts { planned: 20_000, completed: 9_930, failed: 70, in_flight: 10, unsent: 9_990 };
    report.errors = Errors { timeout: 20, status: 50, ..Errors::default() };
    report.statuses.insert(503, 50);
    report.failed_response = Summary {
        count: 70,
        p50: 0.5,
        p75: 1.0,
        p90: 1.5,
        p99: 2.0,
        p99_9: 2.0,
        max: 2.0,
        mean: 0.9,
        ..Summary::default()
    };
    report.censored = Censored { count: 10_000, age_max: 6.2, percentile: 50.0 };
    report.rates = Rates { offered: 2000.0, achieved: 993.0 };
    report.verdict = Verdict {
        kind: VerdictKind::ServerOverloaded,
        reasons: vec!["993 requests/s were answered of 2,000 offered".to_owned()],
    };
    report.notes.push("a note\u{1b}[31m with a colour".to_owned());
    load
}

macro_rules! snapshot {
    ($name:literal, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path("../snapshots/load");
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}

#[test]
fn a_load_for_people() {
    let (spec, valid, overloaded) = (spec(), load(), overloaded());
    let shown = |load| Shown { url: URL, spec: &spec, load, members: &[] };
    snapshot!("valid", text::text(&shown(&valid)));
    snapshot!("overloaded", text::text(&shown(&overloaded)));
}

#[test]
fn a_load_as_wrk2_writes_it() {
    let (spec, valid, overloaded) = (spec(), load(), overloaded());
    let shown = |load| Shown { url: URL, spec: &spec, load, members: &[] };
    let both = Distributions { latency: true, uncorrected: true };
    snapshot!("wrk2", wrk2::wrk2(&shown(&valid), both));
    snapshot!("wrk2_errors", wrk2::wrk2(&shown(&overloaded), Distributions { latency: false, uncorrected: false }));
}

#[test]
fn a_page_needs_nothing_else_and_shows_the_verdict() {
    let (spec, load) = (spec(), overloaded());
    let page = html::page(&Shown { url: "http://x/<b>", spec: &spec, load: &load, members: &[] }, "0.1.0");
    assert!(page.contains("server-overloaded") && page.contains("&lt;b&gt;"), "{page}");
    assert!(!page.contains("<script") && !page.contains("src="), "nothing is fetched or run");
    assert_eq!(page.matches("<svg").count(), 3);
    assert!(page.len() < 200_000, "{}", page.len());
    // A load without an answer has nothing to draw, and is no reason to fail.
    let mut nothing = load;
    nothing.histograms = Histograms::new();
    nothing.report.series.clear();
    let page = html::page(&Shown { url: URL, spec: &spec, load: &nothing, members: &[] }, "0.1.0");
    assert!(page.contains("No request was answered."), "{page}");
}

#[test]
fn the_live_line_fits_and_says_how_it_goes() {
    let mut live = live::Live::new(10.0);
    assert_eq!(live.line(100), "");
    load().report.series.iter().take(60).for_each(|interval| live.take(interval));
    let line = live.line(118);
    assert!(line.starts_with("5 of 10 s · 1,000/s · p50 "), "{line}");
    assert!(line.chars().count() <= 118 && line.contains('▁'), "{line}");
    // Where there is no room for it the sparkline goes, and the figures stay.
    let narrow = live.line(9);
    assert!(line.starts_with(&narrow) && !narrow.contains('▁') && narrow.contains("max"), "{narrow}");
}

#[test]
fn a_peak_for_people() {
    let search = |rate| SearchReport { rate: Some(rate), at_least: false };
    let report = PeakReport {
        schema: 1,
        slo: "p99<10ms".parse().unwrap(),
        rate: Some(41_250.4),
        interval: Some(Range { lo: 40_100.0, hi: 42_433.0 }),
        at_least: false,
        interrupted: false,
        searches: vec![search(41_000.0), search(41_500.0), search(41_250.0)],
        steps: Vec::new(),
        notes: vec!["2 steps that something else on the machine disturbed, taken again".to_owned()],
    };
    let none = PeakReport { rate: None, interval: None, searches: Vec::new(), ..report.clone() };
    let unknown = PeakReport {
        interrupted: true,
        notes: vec!["interrupted: 0 of 5 searches came to their end; the highest rate that met p99<10ms until then is 2000 requests/s".to_owned()],
        ..none.clone()
    };
    let all = [report, none, unknown].map(|report| peak::text(URL, &report));
    snapshot!("peak", all.join("\n"));
}
