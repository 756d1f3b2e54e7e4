//! Several reports made one. Counts add and histograms merge exactly; of what is there as a summary only, the
//! percentiles are the highest of the machines', which the merged ones do not exceed.

use super::lead::Member;
use crate::{
    Censored, ClientCost, ConnectionCounts, Errors, Interval, Load, LoadReport, Rates, RequestCounts, Summary, Verdict,
    VerdictKind, summary,
};
use std::collections::BTreeMap;

/// The load of several machines; `None` for none. `members` says what became of each machine, lost ones included.
pub fn loads(loads: Vec<(String, Load)>, members: &[Member]) -> Option<Load> {
    let mut loads = loads.into_iter();
    let (first, mut all) = loads.next()?;
    name_reasons(&mut all.report.verdict, &first);
    name_notes(&mut all.report.notes, &first);
    for (name, mut load) in loads {
        name_reasons(&mut load.report.verdict, &name);
        name_notes(&mut load.report.notes, &name);
        all.histograms.add(&load.histograms);
        report(&mut all.report, load.report);
    }
    let summaries = [&all.histograms.response, &all.histograms.service, &all.histograms.lateness].map(summary);
    let report = &mut all.report;
    [report.response, report.service, report.lateness] = summaries;
    let answered = report.response.count;
    report.censored.percentile = if report.censored.count == 0 {
        100.0
    } else {
        100.0 * answered as f64 / (answered + report.censored.count) as f64
    };
    let note = "the series, connects and failed answers of several machines: counts, means and extremes are exact, each \
                percentile is the highest of the machines'";
    report.notes.push(note.to_owned());
    let lost: Vec<String> =
        members.iter().filter_map(|one| Some(format!("{}: {}", one.peer, one.lost.as_ref()?))).collect();
    if !lost.is_empty() {
        // Less was sent than was asked for, and what the lost ones sent is not known.
        report.verdict.kind = report.verdict.kind.max_precedence(VerdictKind::ClientLimited);
        report
            .verdict
            .reasons
            .extend(lost.into_iter().map(|one| format!("lost, and its requests are in no figure: {one}")));
    }
    Some(all)
}

impl VerdictKind {
    /// The one that takes precedence, unless only one of them is a complaint.
    fn max_precedence(self, other: Self) -> Self {
        let rank = |kind| match kind {
            Self::ClientLimited => 0,
            Self::Noisy => 1,
            Self::ServerOverloaded => 2,
            Self::Valid => 3,
        };
        if rank(self) <= rank(other) { self } else { other }
    }
}

fn name_reasons(verdict: &mut Verdict, name: &str) {
    verdict.reasons.iter_mut().for_each(|reason| *reason = format!("{name}: {reason}"));
}

fn name_notes(notes: &mut [String], name: &str) {
    notes.iter_mut().for_each(|note| *note = format!("{name}: {note}"));
}

fn report(all: &mut LoadReport, one: LoadReport) {
    all.failed_response = summaries(&all.failed_response, &one.failed_response);
    all.requests = requests(all.requests, one.requests);
    all.censored = Censored {
        count: all.censored.count + one.censored.count,
        age_max: all.censored.age_max.max(one.censored.age_max),
        // Made anew from the merged counts.
        percentile: 100.0,
    };
    all.errors = errors(all.errors, one.errors);
    for (status, count) in one.statuses {
        *all.statuses.entry(status).or_default() += count;
    }
    all.rates =
        Rates { offered: all.rates.offered + one.rates.offered, achieved: all.rates.achieved + one.rates.achieved };
    all.connections = ConnectionCounts {
        made: all.connections.made + one.connections.made,
        again: all.connections.again + one.connections.again,
        connect: summaries(&all.connections.connect, &one.connections.connect),
    };
    all.bytes_read += one.bytes_read;
    all.bytes_written += one.bytes_written;
    all.client = client(&all.client, one.client);
    all.series = series([std::mem::take(&mut all.series), one.series]);
    all.window_s = all.window_s.max(one.window_s);
    all.verdict.kind = all.verdict.kind.max_precedence(one.verdict.kind);
    all.verdict.reasons.extend(one.verdict.reasons);
    all.notes.extend(one.notes);
}

fn requests(a: RequestCounts, b: RequestCounts) -> RequestCounts {
    RequestCounts {
        planned: a.planned + b.planned,
        completed: a.completed + b.completed,
        failed: a.failed + b.failed,
        in_flight: a.in_flight + b.in_flight,
        unsent: a.unsent + b.unsent,
    }
}

fn errors(a: Errors, b: Errors) -> Errors {
    Errors {
        connect: a.connect + b.connect,
        tls: a.tls + b.tls,
        write: a.write + b.write,
        read: a.read + b.read,
        timeout: a.timeout + b.timeout,
        protocol: a.protocol + b.protocol,
        status: a.status + b.status,
        body: a.body + b.body,
    }
}

fn client(a: &ClientCost, b: ClientCost) -> ClientCost {
    let answers = |cost: &ClientCost| {
        if cost.cpu_per_request_s > 0.0 { cost.cpu_s / cost.cpu_per_request_s } else { 0.0 }
    };
    let (of_a, of_b) = (answers(a), answers(&b));
    let per = |total: f64| if of_a + of_b > 0.0 { total / (of_a + of_b) } else { 0.0 };
    ClientCost {
        cpu_s: a.cpu_s + b.cpu_s,
        cpu_per_request_s: per(a.cpu_s + b.cpu_s),
        user_per_request_s: per(a.user_per_request_s * of_a + b.user_per_request_s * of_b),
        threads: [a.threads.clone(), b.threads].concat(),
    }
}

/// The intervals of several machines, each with those that began when it did, to a hundredth of a second.
fn series(several: [Vec<Interval>; 2]) -> Vec<Interval> {
    let mut merged: BTreeMap<i64, Interval> = BTreeMap::new();
    for one in several.into_iter().flatten() {
        let at = (one.start * 100.0).round() as i64;
        merged.entry(at).and_modify(|all| *all = interval(all, &one)).or_insert(one);
    }
    merged.into_values().collect()
}

/// Two machines' intervals of the same time.
pub fn interval(a: &Interval, b: &Interval) -> Interval {
    Interval {
        start: a.start,
        planned: a.planned + b.planned,
        completed: a.completed + b.completed,
        failed: a.failed + b.failed,
        in_flight: a.in_flight + b.in_flight,
        unsent: a.unsent + b.unsent,
        response: summaries(&a.response, &b.response),
        service: summaries(&a.service, &b.service),
        lateness: summaries(&a.lateness, &b.lateness),
    }
}

/// Two summaries: count, mean, deviation and extremes are exact, the percentiles are upper bounds.
fn summaries(a: &Summary, b: &Summary) -> Summary {
    if a.count == 0 || b.count == 0 {
        return if a.count == 0 { *b } else { *a };
    }
    let (of_a, of_b) = (a.count as f64, b.count as f64);
    let mean = (a.mean * of_a + b.mean * of_b) / (of_a + of_b);
    let square = |one: &Summary| one.stddev.powi(2) + (one.mean - mean).powi(2);
    Summary {
        count: a.count + b.count,
        min: a.min.min(b.min),
        mean,
        stddev: ((square(a) * of_a + square(b) * of_b) / (of_a + of_b)).sqrt(),
        p50: a.p50.max(b.p50),
        p75: a.p75.max(b.p75),
        p90: a.p90.max(b.p90),
        p99: a.p99.max(b.p99),
        p99_9: a.p99_9.max(b.p99_9),
        p99_99: a.p99_99.max(b.p99_99),
        max: a.max.max(b.max),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use hdrhistogram::Histogram;
    use proptest::prelude::*;

    fn of(values: &[u64]) -> Histogram<u64> {
        let mut histogram = Histogram::<u64>::new(3).unwrap();
        values.iter().for_each(|value| histogram.record(*value).unwrap());
        histogram
    }

    proptest! {
        #[test]
        fn summaries_merge_as_their_histograms_do(
            a in proptest::collection::vec(1..1_000_000_000_u64, 0..50),
            b in proptest::collection::vec(1..1_000_000_000_u64, 0..50),
        ) {
            let whole = summary(&of(&[a.clone(), b.clone()].concat()));
            let merged = summaries(&summary(&of(&a)), &summary(&of(&b)));
            let near = |x: f64, y: f64| (x - y).abs() <= 1e-6 * x.abs().max(1e-9);
            prop_assert_eq!(merged.count, whole.count);
            prop_assert!(near(merged.mean, whole.mean) && near(merged.stddev, whole.stddev), "{merged:?} {whole:?}");
            prop_assert!(near(merged.min, whole.min) && near(merged.max, whole.max));
            prop_assert!(merged.p50 >= whole.p50 && merged.p99 >= whole.p99);
        }
    }

    #[test]
    fn the_complaint_that_says_most_wins() {
        use VerdictKind::{ClientLimited, Noisy, ServerOverloaded, Valid};
        assert_eq!(Valid.max_precedence(Valid), Valid);
        assert_eq!(Valid.max_precedence(ServerOverloaded), ServerOverloaded);
        assert_eq!(ServerOverloaded.max_precedence(Noisy), Noisy);
        assert_eq!(Noisy.max_precedence(ClientLimited), ClientLimited);
    }

    #[test]
    fn intervals_that_began_together_are_one() {
        let at = |start, planned| Interval { start, planned, ..Interval::default() };
        let merged = series([vec![at(0.0, 1), at(0.1, 2)], vec![at(0.1, 3), at(0.200_000_1, 4)]]);
        assert_eq!(merged.iter().map(|one| one.planned).collect::<Vec<_>>(), [1, 5, 4]);
    }
}
