//! The load of one invocation, and its figures.

use super::cost::Cost;
use super::record;
use kymo_load::{
    ConnectionUse, Expect, HttpVersion, Interval, Io, Load, LoadSpec, Observer, Profile, RequestSpec, Schedule,
    Segment, VerdictKind, Waiting,
};
use kymo_model::{Arrivals, Metric, Outcome, ServeRate};
use kymo_worker::parent::ServingOrder;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long a request may take before it has failed.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How long answers are waited for after the window: what is not there by then is censored.
const DRAIN: Duration = Duration::from_secs(2);

/// How long before a due time a thread polls: the kernel's wake-ups are late by some 50 µs (http-load reference, 5).
const SPIN: Duration = Duration::from_micros(60);

/// What came of a load.
pub(super) struct Loaded {
    pub(super) load: Load,
    closed: bool,
}

/// Warms the server up, then puts the load on it, counting its cost around the load that counts.
///
/// # Errors
/// The outcome, where there was no load.
pub(super) fn put(
    address: SocketAddr,
    asked: &ServingOrder,
    cost: &mut Cost,
    interrupt: &AtomicBool,
) -> Result<Loaded, Outcome> {
    let spec = spec(address, asked);
    if !asked.plan.warmup.to_duration().is_zero() {
        let warmup = LoadSpec { duration: asked.plan.warmup.to_duration(), drain: Duration::ZERO, ..spec.clone() };
        run(&warmup, interrupt)?;
    }
    cost.begin();
    let load = run(&spec, interrupt)?;
    cost.end();
    Ok(Loaded { load, closed: asked.test.rate == ServeRate::Peak })
}

/// Puts this load on.
///
/// # Errors
/// The outcome, where there was none, or where it was broken off: the figures of a part of the window are not those of
/// an invocation, and a resumed run makes it again.
pub(super) fn run(spec: &LoadSpec, interrupt: &AtomicBool) -> Result<Load, Outcome> {
    let load = kymo_load::run(spec, &mut Unobserved, interrupt)
        .map_err(|error| Outcome::Failed { message: format!("the load generator: {error}") })?;
    if interrupt.load(Ordering::Relaxed) {
        return Err(Outcome::Failed { message: "interrupted under load".to_owned() });
    }
    Ok(load)
}

struct Unobserved;

impl Observer for Unobserved {
    fn interval(&mut self, _: &Interval) {}
}

/// The load that is asked for.
pub(super) fn spec(address: SocketAddr, asked: &ServingOrder) -> LoadSpec {
    let (test, plan) = (&asked.test, &asked.plan);
    let schedule = match (test.rate, plan.arrivals) {
        (ServeRate::PerSecond(rate), Arrivals::Constant) => Schedule::Constant(constant(rate)),
        (ServeRate::PerSecond(rate), Arrivals::Poisson) => Schedule::Poisson(constant(rate)),
        // A share was made a rate when the order was.
        (ServeRate::Peak | ServeRate::OfBase(_), _) => Schedule::Closed,
    };
    let threads = plan.threads.clamp(1, test.connections);
    // A generator that has its processors for itself may poll shortly before a request is due.
    let waiting = if plan.client_cpus.is_empty() { Waiting::Sleep } else { Waiting::SleepThenSpin(SPIN) };
    LoadSpec {
        addresses: vec![address],
        authority: address.to_string(),
        tls: None,
        http: HttpVersion::Http1,
        requests: vec![RequestSpec {
            weight: 1.0,
            method: "GET".to_owned(),
            path: test.path.clone(),
            headers: Vec::new(),
            body: Vec::new(),
            expect: Expect { status: (test.expect != super::verify::ANY).then_some(200), ..Expect::default() },
        }],
        schedule,
        connections: test.connections,
        connection_use: ConnectionUse::KeepAlive,
        depth: test.pipeline,
        threads,
        cpus: plan.client_cpus.clone(),
        waiting,
        io: Io::Epoll,
        warmup: Duration::ZERO,
        duration: plan.duration.to_duration(),
        drain: DRAIN,
        timeout: TIMEOUT,
        connect_timeout: TIMEOUT,
        interval: Duration::from_millis(100),
        seed: asked.seed,
    }
}

fn constant(rate: u64) -> Profile {
    let rate = rate as f64;
    Profile { segments: vec![Segment { from: rate, to: rate, duration: Duration::from_secs(1) }] }
}

impl Loaded {
    /// The figures that the verdict lets stand. In a closed loop nobody waits, so there are no response times.
    pub(super) fn figures(&self) -> Vec<(Metric, f64)> {
        let report = &self.load.report;
        let throughput = (Metric::Throughput, report.rates.achieved);
        match (report.verdict.kind, self.closed) {
            (VerdictKind::Valid, true) => vec![throughput],
            // What an overloaded server achieves is its own figure; how long one waits for it grows with the run.
            (VerdictKind::ServerOverloaded, _) => vec![throughput],
            (VerdictKind::Valid, false) => {
                let response = &report.response;
                let mut figures =
                    vec![throughput, (Metric::LatencyP50, response.p50), (Metric::LatencyP90, response.p90)];
                // Percentiles that requests without an answer could move are lower bounds, and no figures.
                let tail = [
                    (99.0, Metric::LatencyP99, response.p99),
                    (99.9, Metric::LatencyP999, response.p99_9),
                    (100.0, Metric::LatencyMax, response.max),
                ];
                let known = |percentile: f64| percentile < report.censored.percentile || report.censored.count == 0;
                figures.extend(tail.into_iter().filter(|(q, ..)| known(*q)).map(|(_, metric, value)| (metric, value)));
                figures
            }
            (VerdictKind::ClientLimited | VerdictKind::Noisy, _) => Vec::new(),
        }
    }

    /// What a reader must know of the load.
    pub(super) fn notes(&self) -> Vec<String> {
        let report = &self.load.report;
        let mut notes = report.notes.clone();
        if report.verdict.kind != VerdictKind::Valid {
            let kept = match report.verdict.kind {
                VerdictKind::ServerOverloaded => "no response times are kept",
                _ => "neither throughput nor response times are kept",
            };
            notes.push(format!("{}: {}; {kept}", report.verdict.kind.name(), report.verdict.reasons.join("; ")));
        }
        if report.requests.failed > 0 {
            notes.push(self.failures());
        }
        notes
    }

    /// The outcome of a load of which too much failed.
    pub(super) fn failure(&self) -> Outcome {
        let errors = &self.load.report.errors;
        let wrong = errors.status + errors.body + errors.protocol;
        let message = self.failures();
        if wrong > 0 { Outcome::WrongOutput { message } } else { Outcome::Failed { message } }
    }

    fn failures(&self) -> String {
        let (errors, report) = (&self.load.report.errors, &self.load.report);
        let kinds = [
            ("not sent", errors.write),
            ("cut off", errors.read),
            ("timed out", errors.timeout),
            ("no HTTP", errors.protocol),
            ("wrong status", errors.status),
            ("wrong body", errors.body),
        ];
        let kinds = kinds.into_iter().filter(|(_, count)| *count > 0);
        let kinds: Vec<String> = kinds.map(|(kind, count)| format!("{count} {kind}")).collect();
        format!("{} of {} requests failed: {}", report.requests.failed, report.requests.planned, kinds.join(", "))
    }

    /// How the load went, as settings of the invocation.
    pub(super) fn record(&self, cost: &Cost, asked: &ServingOrder) -> Vec<(String, String)> {
        let report = &self.load.report;
        let offered = if self.closed { "closed".to_owned() } else { format!("{:.1}", report.rates.offered) };
        let busiest = report.client.threads.iter().map(|thread| thread.working).fold(0.0, f64::max);
        let processors = asked.plan.server_cpus.len().max(1) as f64;
        let pairs = [
            (record::VERDICT, report.verdict.kind.name().to_owned()),
            (record::OFFERED, offered),
            (record::ACHIEVED, format!("{:.1}", report.rates.achieved)),
            (record::CLIENT_BUSY, format!("{busiest:.3}")),
            (record::SERVER_BUSY, format!("{:.3}", cost.processors() / processors)),
        ];
        let module = (!asked.runs_module).then(|| (record::MODULE, "none".to_owned()));
        pairs.into_iter().chain(module).map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kymo_model::{Seconds, ServePlan, ServeTest};
    use std::net::TcpListener;

    #[test]
    fn a_load_that_is_broken_off_is_no_load() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let asked = ServingOrder {
            test: ServeTest {
                test: "plaintext".to_owned(),
                path: "/".to_owned(),
                expect: "ok".to_owned(),
                pipeline: 1,
                connections: 1,
                rate: ServeRate::PerSecond(100),
                database: None,
                cores: None,
            },
            plan: ServePlan {
                duration: Seconds::new(60.0),
                warmup: Seconds::new(0.0),
                threads: 1,
                server_cpus: Vec::new(),
                client_cpus: Vec::new(),
                arrivals: Arrivals::Constant,
            },
            runs_module: true,
            thorough: false,
            count_syscalls: false,
            seed: 1,
        };
        let spec = spec(listener.local_addr().unwrap(), &asked);
        let outcome = run(&spec, &AtomicBool::new(true)).unwrap_err();
        assert_eq!(outcome, Outcome::Failed { message: "interrupted under load".to_owned() });
    }
}
