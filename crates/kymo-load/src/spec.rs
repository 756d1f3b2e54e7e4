//! What to send, how fast, over what, and for how long.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use std::time::Duration;

/// A load to be put on a server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadSpec {
    /// Where to connect: every address that the host has, tried in turn at the start.
    pub addresses: Vec<SocketAddr>,
    /// The name for TLS and for `Host`, with the port where it is not the scheme's own.
    pub authority: String,
    /// TLS, for `https`.
    pub tls: Option<Tls>,
    /// The version of HTTP.
    pub http: HttpVersion,
    /// The requests: at least one. Where there are several, each is drawn by its weight from the seed.
    pub requests: Vec<RequestSpec>,
    /// When requests are due.
    pub schedule: Schedule,
    /// Connections, over all threads; at least one for each thread.
    pub connections: u32,
    /// What a connection is used for.
    pub connection_use: ConnectionUse,
    /// Requests under way on a connection at a time: with HTTP/1.1 the depth of the pipeline, with HTTP/2 the streams.
    pub depth: u32,
    /// Threads, each with its share of the connections.
    pub threads: u32,
    /// Logical processors that the threads are kept to, in turn; empty where the scheduler places them.
    pub cpus: Vec<u32>,
    /// How a thread waits for the next due time.
    pub waiting: Waiting,
    /// How a thread does its input and output.
    pub io: Io,
    /// Load before the window that counts. Its samples are kept apart.
    pub warmup: Duration,
    /// The window that counts: the requests that are due within it.
    pub duration: Duration,
    /// How long answers are waited for after the window.
    pub drain: Duration,
    /// A request that is not answered so long after it was sent has failed (`timeout`), and its connection is closed.
    pub timeout: Duration,
    /// A connection that is not there after so long has failed.
    pub connect_timeout: Duration,
    /// Width of the time series' intervals.
    pub interval: Duration,
    /// Seed of arrivals and of the mix of requests.
    pub seed: u64,
}

/// One kind of request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestSpec {
    /// How often it is drawn, against the others; positive.
    pub weight: f64,
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Header fields beside `Host` and `Content-Length`, in order.
    pub headers: Vec<(String, String)>,
    /// The body; empty where there is none.
    pub body: Vec<u8>,
    /// What the answer must be.
    pub expect: Expect,
}

/// What an answer must be. An answer that is not is an error (`status` or `body`), and its time is kept apart.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Expect {
    /// The status; where none is named, anything below 400.
    pub status: Option<u16>,
    /// The whole body.
    pub body: Option<Vec<u8>>,
    /// What the body must hold somewhere.
    pub contains: Option<Vec<u8>>,
}

/// When requests are due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Schedule {
    /// At a constant distance: request `i` at the time at which the profile has planned `i` requests.
    Constant(Profile),
    /// As a Poisson process with the profile's rate, from the seed.
    Poisson(Profile),
    /// As wrk2: every connection has a plan of its own at its share of the rate, one request at a time, and after a
    /// delay it sends as fast as it can until it has caught up. Only for comparison with wrk2.
    PerConnection {
        /// Requests a second, over all connections.
        rate: f64,
    },
    /// Closed loop: every connection sends the next request when the last is answered. Response time is service time.
    Closed,
}

/// A rate over time: pieces one after the other; after the last, its end rate goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// The pieces; at least one.
    pub segments: Vec<Segment>,
}

/// A piece of a rate over time, linear from one rate to another (a step where they are the same).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// Requests a second at its start.
    pub from: f64,
    /// Requests a second at its end.
    pub to: f64,
    /// How long it lasts.
    pub duration: Duration,
}

/// The version of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HttpVersion {
    /// HTTP/1.1.
    Http1,
    /// HTTP/2, by ALPN over TLS, with prior knowledge without.
    Http2,
}

/// What a connection is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ConnectionUse {
    /// For one request after the other.
    KeepAlive,
    /// For one request; connecting is part of its service time.
    PerRequest,
}

/// How a thread waits for the next due time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Waiting {
    /// Asleep in the kernel, to the nanosecond as far as the kernel goes.
    Sleep,
    /// Polling all the time: takes a whole processor, and is the least late.
    Spin,
    /// Asleep until so long before the due time, then polling.
    SleepThenSpin(Duration),
}

/// How a thread does its input and output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Io {
    /// epoll, with `read` and `write`.
    Epoll,
    /// io_uring: many sends and receives for one call into the kernel. Without TLS; from Linux 6.1 on.
    Uring,
}

/// TLS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tls {
    /// The name that the certificate must be for.
    pub server_name: String,
    /// Whether any certificate will do.
    pub insecure: bool,
    /// A file with certificates (PEM) to trust beside the well-known ones.
    pub authorities: Option<std::path::PathBuf>,
}
