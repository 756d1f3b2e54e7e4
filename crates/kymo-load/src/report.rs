//! What came of a load. All times are in seconds, all rates in events a second.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came of a load.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LoadReport {
    /// Version of this form: 1.
    pub schema: u32,
    /// Whether the numbers mean what they say.
    pub verdict: Verdict,
    /// From the planned time of a request to the last byte of its answer: what a user waits. In a closed loop, from
    /// when it was sent.
    pub response: Summary,
    /// From when a request was sent to the last byte of its answer: what the server took.
    pub service: Summary,
    /// From the planned time of a request to when it was sent though a connection was free: the generator's own part.
    pub lateness: Summary,
    /// The same as `response` of answers that were errors (status, body).
    pub failed_response: Summary,
    /// What became of the requests whose due time lies in the window.
    pub requests: RequestCounts,
    /// Requests in flight or unsent at the end, with their ages as lower bounds of their response times.
    pub censored: Censored,
    /// Errors by kind.
    pub errors: Errors,
    /// Answers by status.
    pub statuses: BTreeMap<u16, u64>,
    /// Offered and achieved rates over the window.
    pub rates: Rates,
    /// Connections.
    pub connections: ConnectionCounts,
    /// Bytes read and written over the window, as seen by the sockets (TLS records included).
    pub bytes_read: u64,
    /// See `bytes_read`.
    pub bytes_written: u64,
    /// What the generator used.
    pub client: ClientCost,
    /// The time series, from the start of the warm-up to the end of the drain.
    pub series: Vec<Interval>,
    /// Length of the window.
    pub window_s: f64,
    /// What else a reader must know, a sentence each.
    pub notes: Vec<String>,
}

/// A distribution of times, from an HDR histogram with three significant digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Samples.
    pub count: u64,
    /// The shortest, in seconds; 0 where there are no samples, as everything below.
    pub min: f64,
    /// Arithmetic mean, in seconds.
    pub mean: f64,
    /// Standard deviation, in seconds.
    pub stddev: f64,
    /// Median, in seconds.
    pub p50: f64,
    /// In seconds.
    pub p75: f64,
    /// In seconds.
    pub p90: f64,
    /// In seconds.
    pub p99: f64,
    /// In seconds.
    pub p99_9: f64,
    /// In seconds.
    pub p99_99: f64,
    /// The longest, in seconds.
    pub max: f64,
}

/// What became of requests: `planned = completed + failed + in_flight + unsent`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RequestCounts {
    /// Due within the window.
    pub planned: u64,
    /// Answered as expected.
    pub completed: u64,
    /// Answered otherwise, or not and given up: the sum of the request errors.
    pub failed: u64,
    /// Sent, and not answered when the drain ended.
    pub in_flight: u64,
    /// Due, and never sent, since no connection was free.
    pub unsent: u64,
}

/// Requests whose response time is known only to exceed something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Censored {
    /// How many: in flight and unsent.
    pub count: u64,
    /// The largest age at the end, in seconds.
    pub age_max: f64,
    /// The lowest percentile (0 to 100) that they could move, were they the slowest of all; 100 where there are none.
    /// Percentiles above it are lower bounds.
    pub percentile: f64,
}

/// Errors by kind. A request counts in one at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Errors {
    /// Connections that could not be made (refused, unreachable, too late).
    pub connect: u64,
    /// Handshakes of TLS that failed.
    pub tls: u64,
    /// Requests whose connection broke while they were written.
    pub write: u64,
    /// Requests whose connection was reset or closed before the whole answer.
    pub read: u64,
    /// Requests that were not answered in time.
    pub timeout: u64,
    /// Requests with an answer that is no HTTP.
    pub protocol: u64,
    /// Requests with another status than expected.
    pub status: u64,
    /// Requests with another body than expected.
    pub body: u64,
}

/// Offered and achieved rates over the window, in requests a second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rates {
    /// Planned; in a closed loop, sent.
    pub offered: f64,
    /// Answered as expected, by requests that were due in the window, over the window (or, where the last answer came
    /// after it, over the time to that).
    pub achieved: f64,
}

/// What became of connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ConnectionCounts {
    /// Made, over the whole load.
    pub made: u64,
    /// Of these, made again after the server or an error had closed one.
    pub again: u64,
    /// Time to connect (and shake hands).
    pub connect: Summary,
}

/// What the generator used over the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClientCost {
    /// Processor time of all threads, in seconds.
    pub cpu_s: f64,
    /// Processor time for each answer, in seconds.
    pub cpu_per_request_s: f64,
    /// Its part in user space, in seconds.
    pub user_per_request_s: f64,
    /// Each thread.
    pub threads: Vec<ThreadCost>,
}

/// What a thread used over the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ThreadCost {
    /// The logical processor that it was kept to, if any.
    pub cpu: Option<u32>,
    /// Share of the time in which it ran; a thread that spins runs all the time.
    pub busy: f64,
    /// Share of the time in which it was ready and did not run, since others did (run-queue wait).
    pub waiting: f64,
    /// Share of the time in which it had work to do: not polling in vain.
    pub working: f64,
}

/// An interval of the time series. Samples belong to the interval in which the answer came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Interval {
    /// Its start, in seconds from the start of the window (negative in the warm-up).
    pub start: f64,
    /// Requests due within it.
    pub planned: u64,
    /// Answers as expected.
    pub completed: u64,
    /// Errors.
    pub failed: u64,
    /// Requests in flight at its end.
    pub in_flight: u64,
    /// Requests that were due and not sent at its end.
    pub unsent: u64,
    /// As in the report.
    pub response: Summary,
    /// As in the report.
    pub service: Summary,
    /// As in the report.
    pub lateness: Summary,
}

/// Whether the numbers mean what they say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    /// The verdict.
    pub kind: VerdictKind,
    /// Why, a sentence each; empty where it is valid.
    pub reasons: Vec<String>,
}

/// The kinds of verdict, in the order in which they take precedence: the first that applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictKind {
    /// The numbers are the server's.
    Valid,
    /// The generator was the limit: its processor busy, or its lateness a large share of the response time.
    ClientLimited,
    /// Something else disturbed the machine: other processes, steal.
    Noisy,
    /// The server could not keep up: requests were left unsent, or more and more were in flight.
    ServerOverloaded,
}

impl VerdictKind {
    /// The name, as in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::ClientLimited => "client-limited",
            Self::Noisy => "noisy",
            Self::ServerOverloaded => "server-overloaded",
        }
    }
}
