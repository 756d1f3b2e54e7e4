//! A load as JSON: the report, and what it is a report of.

use super::Shown;
use kymo_load::peak::PeakReport;
use kymo_load::{Io, LoadReport, LoadSpec, Profile, Schedule, Waiting};
use schemars::JsonSchema;
use serde::Serialize;

/// What `kymo load --format json` writes. All times are in seconds, all rates in events a second.
#[derive(Serialize, JsonSchema)]
pub struct LoadDocument<'a> {
    /// Where the load went.
    url: &'a str,
    /// What was asked for.
    asked: Asked,
    /// The machines that put it; empty where it was one alone.
    machines: Vec<Machine<'a>>,
    /// What came of it.
    #[serde(flatten)]
    report: &'a LoadReport,
}

/// What `kymo load --peak --format json` writes.
#[derive(Serialize, JsonSchema)]
pub struct PeakDocument<'a> {
    /// Where the loads went.
    url: &'a str,
    /// What was asked for; the rates are those of the steps.
    asked: Asked,
    /// What came of it.
    #[serde(flatten)]
    report: &'a PeakReport,
}

/// What was asked for.
#[derive(Serialize, JsonSchema)]
struct Asked {
    /// When requests were due: constant, poisson, wrk2, closed.
    arrivals: &'static str,
    /// The rate over time; empty in a closed loop.
    profile: Vec<Piece>,
    /// The seed of whatever was drawn.
    seed: u64,
    /// Connections.
    connections: u32,
    /// Threads.
    threads: u32,
    /// Requests under way on a connection at a time.
    depth: u32,
    /// 1.1 or 2.
    http: &'static str,
    /// Whether over TLS.
    tls: bool,
    /// Whether every request had a connection of its own.
    per_request: bool,
    /// Logical processors that the threads were kept to.
    cpus: Vec<u32>,
    /// How threads waited: sleep, spin, sleep-then-spin.
    wait: &'static str,
    /// How threads read and wrote: epoll, uring.
    io: &'static str,
    /// Kinds of requests.
    requests: Vec<Request>,
    /// Load before the window.
    warmup_s: f64,
    /// How long answers were waited for after it.
    drain_s: f64,
    /// After so long a request had failed.
    timeout_s: f64,
}

/// A piece of a rate over time.
#[derive(Serialize, JsonSchema)]
struct Piece {
    /// The rate at its start.
    from: f64,
    /// The rate at its end.
    to: f64,
    /// How long it lasted; 0 where that is the window.
    duration_s: f64,
}

/// A kind of request.
#[derive(Serialize, JsonSchema)]
struct Request {
    /// How often it was drawn, against the others.
    weight: f64,
    /// The method.
    method: String,
    /// Path and query.
    path: String,
    /// Size of the body.
    body_bytes: usize,
}

/// A machine that put a share of the load.
#[derive(Serialize, JsonSchema)]
struct Machine<'a> {
    /// Where it is.
    peer: &'a str,
    /// How far its clock is ahead of that of the machine that leads.
    clock_ahead_s: f64,
    /// Give or take so much.
    clock_uncertainty_s: f64,
    /// Why there is no result of it, where there is none.
    lost: Option<&'a str>,
}

impl Asked {
    fn of(spec: &LoadSpec) -> Self {
        let pieces = |profile: &Profile| {
            let pieces = profile.segments.iter();
            pieces.map(|one| Piece { from: one.from, to: one.to, duration_s: one.duration.as_secs_f64() }).collect()
        };
        let (arrivals, profile) = match &spec.schedule {
            Schedule::Constant(profile) => ("constant", pieces(profile)),
            Schedule::Poisson(profile) => ("poisson", pieces(profile)),
            Schedule::PerConnection { rate } => ("wrk2", vec![Piece { from: *rate, to: *rate, duration_s: 0.0 }]),
            Schedule::Closed => ("closed", Vec::new()),
        };
        let requests = spec.requests.iter().map(|one| Request {
            weight: one.weight,
            method: one.method.clone(),
            path: one.path.clone(),
            body_bytes: one.body.len(),
        });
        Self {
            arrivals,
            profile,
            seed: spec.seed,
            connections: spec.connections,
            threads: spec.threads,
            depth: spec.depth,
            http: if spec.http == kymo_load::HttpVersion::Http2 { "2" } else { "1.1" },
            tls: spec.tls.is_some(),
            per_request: spec.connection_use == kymo_load::ConnectionUse::PerRequest,
            cpus: spec.cpus.clone(),
            wait: match spec.waiting {
                Waiting::Sleep => "sleep",
                Waiting::Spin => "spin",
                Waiting::SleepThenSpin(_) => "sleep-then-spin",
            },
            io: if spec.io == Io::Uring { "uring" } else { "epoll" },
            requests: requests.collect(),
            warmup_s: spec.warmup.as_secs_f64(),
            drain_s: spec.drain.as_secs_f64(),
            timeout_s: spec.timeout.as_secs_f64(),
        }
    }
}

/// The document of a load.
pub fn load<'a>(shown: &'a Shown) -> LoadDocument<'a> {
    let machines = shown.members.iter().map(|one| Machine {
        peer: &one.peer,
        clock_ahead_s: one.clock.ahead_s,
        clock_uncertainty_s: one.clock.uncertainty_s,
        lost: one.lost.as_deref(),
    });
    LoadDocument { url: shown.url, asked: Asked::of(shown.spec), machines: machines.collect(), report: shown.report() }
}

/// The document of a search for a peak.
pub fn peak<'a>(url: &'a str, spec: &LoadSpec, report: &'a PeakReport) -> PeakDocument<'a> {
    PeakDocument { url, asked: Asked { profile: Vec::new(), ..Asked::of(spec) }, report }
}

/// The JSON Schema of [`LoadDocument`].
pub fn load_schema() -> serde_json::Value {
    schemars::schema_for!(LoadDocument).to_value()
}

/// The JSON Schema of [`PeakDocument`].
pub fn peak_schema() -> serde_json::Value {
    schemars::schema_for!(PeakDocument).to_value()
}
