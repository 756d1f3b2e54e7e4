//! From what threads counted to the report.

use crate::audit::{Observed, judge};
use crate::collect::Collector;
use crate::histograms::{empty, summary};
use crate::plan::Plan;
use crate::report::{
    Censored, ClientCost, ConnectionCounts, Errors, LoadReport, Rates, RequestCounts, ThreadCost, Verdict, VerdictKind,
};
use crate::run::Load;
use crate::shared::{Shared, Times};
use crate::spec::{LoadSpec, Schedule, Waiting};
use crate::tally::{Kind, Reading, Tally};
use kymo_measure::clock::monotonic_ns;
use kymo_model::Conditions;
use std::collections::BTreeMap;

/// Version of the report's form.
const SCHEMA: u32 = 1;

/// What threads and collector have gathered.
pub(crate) struct Gathered {
    pub times: Times,
    pub tallies: Vec<Tally>,
    pub collector: Collector,
    /// Processor time of the collector, over the whole load, in nanoseconds.
    pub collector_cpu: u64,
}

/// Makes the report, with its verdict.
pub(crate) fn report(
    shared: &Shared<'_>,
    gathered: Gathered,
    listen_overflows: Option<u64>,
    conditions: Conditions,
) -> Load {
    let Gathered { times, tallies, collector, collector_cpu } = gathered;
    let spec = shared.spec;
    let end = shared.end(&times);
    let window_s = end.saturating_sub(times.window) as f64 * 1e-9;
    let (requests, censored) = count(shared, &times, &tallies);
    let response = summary(&collector.counted.response);
    let rates = rates(&requests, &tallies, times.window, window_s);
    let client = client(spec, &tallies, collector_cpu, &times, end);
    let bytes = |pick: fn(&Reading) -> u64| tallies.iter().filter_map(|tally| between(tally, pick)).sum();
    let mut report = LoadReport {
        schema: SCHEMA,
        verdict: Verdict { kind: VerdictKind::Valid, reasons: Vec::new() },
        response,
        service: summary(&collector.counted.service),
        lateness: summary(&collector.counted.lateness),
        failed_response: summary(&collector.failed_response),
        requests,
        censored,
        errors: errors(&tallies),
        statuses: statuses(&tallies),
        rates,
        connections: connections(&tallies),
        bytes_read: bytes(|reading| reading.read),
        bytes_written: bytes(|reading| reading.written),
        client,
        series: collector.series,
        window_s,
        notes: notes(shared, &times, &tallies, window_s),
    };
    report.verdict = judge(&observed(spec, &report, listen_overflows, conditions));
    Load { report, histograms: collector.counted }
}

/// What became of the requests that were due in the window.
fn count(shared: &Shared<'_>, times: &Times, tallies: &[Tally]) -> (RequestCounts, Censored) {
    let end = shared.end(times);
    let sum = |pick: fn(&Tally) -> u64| tallies.iter().map(pick).sum::<u64>();
    let mut requests = RequestCounts {
        planned: sum(|tally| tally.planned),
        completed: sum(|tally| tally.completed),
        failed: sum(|tally| tally.failed),
        in_flight: sum(|tally| tally.in_flight),
        unsent: sum(|tally| tally.unsent),
    };
    let mut oldest = tallies.iter().filter_map(|tally| tally.oldest_due).min();
    // Counted from a plan of its own, so that the sum is a check and no definition.
    if let Some((mut plan, shared_plan)) = Plan::new(shared.spec).zip(shared.plan.as_ref()) {
        let until = end - times.start;
        requests.planned = plan.skip_window_before(until).0;
        let (unsent, first) = shared_plan.untaken(until);
        requests.unsent = unsent;
        oldest = oldest.into_iter().chain(first.map(|due| due + times.start)).min();
    }
    let count = requests.in_flight + requests.unsent;
    let all = requests.completed + count;
    let censored = Censored {
        count,
        age_max: oldest.map_or(0.0, |due| monotonic_ns().min(shared.over(times)).saturating_sub(due) as f64 * 1e-9),
        percentile: if count == 0 { 100.0 } else { requests.completed as f64 / all as f64 * 100.0 },
    };
    (requests, censored)
}

fn rates(requests: &RequestCounts, tallies: &[Tally], window: u64, window_s: f64) -> Rates {
    if window_s <= 0.0 {
        return Rates::default();
    }
    let last = tallies.iter().map(|tally| tally.last_answer).max().unwrap_or(0);
    let until_last_s = last.saturating_sub(window) as f64 * 1e-9;
    // The answers to the last requests always come a little after the window. That is no lower rate: only what was
    // held up is.
    let over_s = if requests.unsent == 0 && until_last_s < window_s * LATE_SHARE { window_s } else { until_last_s };
    Rates {
        offered: requests.planned as f64 / window_s,
        achieved: if requests.completed == 0 { 0.0 } else { requests.completed as f64 / over_s.max(window_s) },
    }
}

/// Up to this share of the window the last answer is in time.
const LATE_SHARE: f64 = 1.001;

/// The difference of a thread's readings over the window.
fn between(tally: &Tally, pick: impl Fn(&Reading) -> u64) -> Option<u64> {
    let [first, last] = tally.readings;
    Some(pick(&last?).saturating_sub(pick(&first?)))
}

fn client(spec: &LoadSpec, tallies: &[Tally], collector_cpu: u64, times: &Times, end: u64) -> ClientCost {
    let sum = |pick: fn(&Reading) -> u64| tallies.iter().filter_map(|tally| between(tally, pick)).sum::<u64>() as f64;
    // The collector works all along, so the window has its share of that.
    let whole = monotonic_ns().min(times.over).saturating_sub(times.start).max(1) as f64;
    let collector = collector_cpu as f64 * (end.saturating_sub(times.window) as f64 / whole).min(1.0);
    let cpu_s = (sum(|reading| reading.cpu) + collector) * 1e-9;
    let answers = sum(|reading| reading.answers).max(1.0);
    let threads = tallies.iter().enumerate().map(|(number, tally)| {
        let over = between(tally, |reading| reading.at).unwrap_or(0).max(1) as f64;
        let share = |pick: fn(&Reading) -> u64| between(tally, pick).map_or(0.0, |ns| (ns as f64 / over).min(1.0));
        ThreadCost {
            cpu: (!spec.cpus.is_empty()).then(|| spec.cpus[number % spec.cpus.len()]),
            busy: share(|reading| reading.cpu),
            waiting: share(|reading| reading.waited.unwrap_or(0)),
            working: if tally.readings[1].is_some() { 1.0 - share(|reading| reading.idle) } else { 0.0 },
        }
    });
    ClientCost {
        cpu_s,
        cpu_per_request_s: cpu_s / answers,
        user_per_request_s: sum(|reading| reading.user) * 1e-9 / answers,
        threads: threads.collect(),
    }
}

fn errors(tallies: &[Tally]) -> Errors {
    tallies.iter().fold(Errors::default(), |sum, tally| {
        let one = tally.errors;
        Errors {
            connect: sum.connect + one.connect,
            tls: sum.tls + one.tls,
            write: sum.write + one.write,
            read: sum.read + one.read,
            timeout: sum.timeout + one.timeout,
            protocol: sum.protocol + one.protocol,
            status: sum.status + one.status,
            body: sum.body + one.body,
        }
    })
}

fn statuses(tallies: &[Tally]) -> BTreeMap<u16, u64> {
    let mut statuses = BTreeMap::new();
    for (status, count) in tallies.iter().flat_map(|tally| tally.statuses.iter().enumerate()) {
        if *count > 0 {
            *statuses.entry(status as u16).or_insert(0) += count;
        }
    }
    statuses
}

fn connections(tallies: &[Tally]) -> ConnectionCounts {
    let mut connect = empty();
    tallies.iter().for_each(|tally| crate::histograms::add(&mut connect, &tally.connect));
    ConnectionCounts {
        made: tallies.iter().map(|tally| tally.made).sum(),
        again: tallies.iter().map(|tally| tally.again).sum(),
        connect: summary(&connect),
    }
}

fn notes(shared: &Shared<'_>, times: &Times, tallies: &[Tally], window_s: f64) -> Vec<String> {
    let mut notes = Vec::new();
    if shared.broken_off(times) {
        let planned = shared.spec.duration.as_secs_f64();
        notes.push(format!("The load was broken off: {window_s:.1} s of {planned:.1} s were measured."));
    }
    let mut said: BTreeMap<Kind, &str> = BTreeMap::new();
    for (kind, text) in tallies.iter().flat_map(|tally| &tally.said) {
        said.entry(*kind).or_insert(text);
    }
    notes.extend(said.into_iter().map(|(kind, text)| format!("The first error of kind {}: {text}.", kind.word())));
    for error in tallies.iter().filter_map(|tally| tally.stopped.as_ref()) {
        notes.push(format!("A thread stopped before its time: {error}."));
    }
    notes
}

fn observed(spec: &LoadSpec, report: &LoadReport, listen_overflows: Option<u64>, conditions: Conditions) -> Observed {
    let within = report.series.iter().filter(|interval| interval.start >= 0.0 && interval.start < report.window_s);
    Observed {
        open: spec.schedule != Schedule::Closed,
        polls: !matches!(spec.waiting, Waiting::Sleep),
        threads: report.client.threads.clone(),
        response: report.response,
        service: report.service,
        lateness: report.lateness,
        requests: report.requests,
        timeouts: report.errors.timeout,
        rates: report.rates,
        in_flight: within.clone().map(|interval| interval.in_flight).collect(),
        unsent: within.map(|interval| interval.unsent).collect(),
        window_s: report.window_s,
        listen_overflows,
        conditions,
    }
}
