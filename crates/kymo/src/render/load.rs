//! What came of a load, for people, for programs, and as wrk2 writes it.

pub mod document;
pub mod html;
pub mod live;
pub mod peak;
mod plots;
#[cfg(test)]
mod tests;
pub mod text;
pub mod wrk2;

use super::units;
use kymo_load::together::Member;
use kymo_load::{ConnectionUse, HttpVersion, Load, LoadReport, LoadSpec, Profile, Schedule, Summary};
use kymo_model::Unit;
use std::time::Duration;

/// A load, and what it was.
pub struct Shown<'a> {
    /// Where it went.
    pub url: &'a str,
    /// What was asked for.
    pub spec: &'a LoadSpec,
    /// What came of it.
    pub load: &'a Load,
    /// The machines that put it; none where it was this one.
    pub members: &'a [Member],
}

impl Shown<'_> {
    /// What was measured.
    pub fn report(&self) -> &LoadReport {
        &self.load.report
    }
}

/// A time, as `30 s` or `500 ms`.
pub fn time(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds >= 1.0 && seconds.fract() == 0.0 {
        return format!("{} s", units::grouped(seconds, 0));
    }
    units::quantity(seconds, Unit::Second)
}

/// A rate, as `1,000/s`.
pub fn rate(rate: f64) -> String {
    let decimals = if rate < 100.0 { units::decimals_for(rate) } else { 0 };
    let text = units::grouped(rate, decimals);
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}/s")
}

/// What the load was, in a line.
pub fn described(spec: &LoadSpec) -> String {
    let of = |profile: &Profile| match profile.segments.as_slice() {
        [one] if one.from == one.to => rate(one.from),
        pieces => {
            let pieces = pieces.iter().map(|one| match one.from == one.to {
                true => format!("{} for {}", rate(one.from), time(one.duration)),
                false => format!("{} to {} in {}", rate(one.from), rate(one.to), time(one.duration)),
            });
            pieces.collect::<Vec<_>>().join(", ")
        }
    };
    let pace = match &spec.schedule {
        Schedule::Constant(profile) => format!("{}, constant arrivals", of(profile)),
        Schedule::Poisson(profile) => format!("{}, Poisson arrivals (seed {})", of(profile), spec.seed),
        Schedule::PerConnection { rate: all } => format!("{}, a plan for each connection as in wrk2", rate(*all)),
        Schedule::Closed => "closed loop".to_owned(),
    };
    let mut over =
        vec![units::counted(spec.connections as usize, "connection"), units::counted(spec.threads as usize, "thread")];
    match (spec.http, spec.connection_use, spec.depth) {
        (HttpVersion::Http2, _, depth) => {
            over.push(format!("HTTP/2, {} each", units::counted(depth as usize, "stream")))
        }
        (_, ConnectionUse::PerRequest, _) => over.push("a new connection for each request".to_owned()),
        (_, _, depth) if depth > 1 => over.push(format!("pipelines of {depth}")),
        _ => {}
    }
    if spec.requests.len() > 1 {
        over.push(format!("{} kinds of requests (seed {})", spec.requests.len(), spec.seed));
    }
    format!("{} of {pace}; {}", time(spec.duration), over.join(", "))
}

/// A figure of a distribution.
#[derive(Clone, Copy)]
pub struct Figure {
    /// What it is called.
    pub name: &'static str,
    /// Its percentile; none for the mean.
    pub percentile: Option<f64>,
    /// How it is read.
    pub of: fn(&Summary) -> f64,
}

/// The figures that are shown of every distribution.
pub const FIGURES: [Figure; 8] = [
    Figure { name: "p50", percentile: Some(50.0), of: |one| one.p50 },
    Figure { name: "p75", percentile: Some(75.0), of: |one| one.p75 },
    Figure { name: "p90", percentile: Some(90.0), of: |one| one.p90 },
    Figure { name: "p99", percentile: Some(99.0), of: |one| one.p99 },
    Figure { name: "p99.9", percentile: Some(99.9), of: |one| one.p99_9 },
    Figure { name: "p99.99", percentile: Some(99.99), of: |one| one.p99_99 },
    Figure { name: "max", percentile: Some(100.0), of: |one| one.max },
    Figure { name: "mean", percentile: None, of: |one| one.mean },
];

/// Errors by kind, those that there were.
pub fn errors(report: &LoadReport) -> Vec<(&'static str, u64)> {
    let all = &report.errors;
    let kinds = [
        ("connect", all.connect),
        ("tls", all.tls),
        ("write", all.write),
        ("read", all.read),
        ("timeout", all.timeout),
        ("protocol", all.protocol),
        ("status", all.status),
        ("body", all.body),
    ];
    kinds.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// A figure of response times as text: requests without an answer make those that they could move lower bounds.
pub fn bounded(report: &LoadReport, figure: &Figure, value: f64) -> String {
    let text = units::quantity(value, Unit::Second);
    let censored = &report.censored;
    let moved = censored.count > 0 && figure.percentile.is_none_or(|percentile| percentile >= censored.percentile);
    if moved { format!("≥ {text}") } else { text }
}
