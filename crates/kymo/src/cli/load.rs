//! The flags of `kymo load`. Those of one letter, and what they are called, are wrk2's.

use crate::parse::load as read;
use clap::{ArgAction, Args, ValueEnum};
use kymo_load::{Expect, Profile, Waiting};
use std::path::PathBuf;
use std::time::Duration;

/// Put a load on an HTTP server and say how long its users wait.
///
/// An open loop: requests are due at the rate that is asked for, whatever the server does, and their response times
/// count from when they were due. The flags of wrk2 mean what they mean there, and with -L or -U the output is wrk2's.
#[derive(Args, Debug)]
#[command(disable_version_flag = true, version = env!("CARGO_PKG_VERSION"))]
pub struct LoadArgs {
    /// What to ask for: http://HOST[:PORT][/PATH][?QUERY], or https
    #[arg(value_name = "URL", required_unless_present = "join")]
    pub url: Option<String>,
    /// How fast and for how long.
    #[command(flatten)]
    pub pace: PaceArgs,
    /// What is sent.
    #[command(flatten)]
    pub request: RequestArgs,
    /// Over what it is sent.
    #[command(flatten)]
    pub wire: WireArgs,
    /// The search for the peak.
    #[command(flatten)]
    pub peak: PeakArgs,
    /// Several machines.
    #[command(flatten)]
    pub machines: MachineArgs,
    /// What comes of it.
    #[command(flatten)]
    pub output: LoadOutputArgs,
}

/// How fast and for how long.
#[derive(Args, Debug)]
pub struct PaceArgs {
    /// Requests a second, over all connections: 1000, 2k, 0.5M
    #[arg(short = 'R', long, value_name = "RATE", value_parser = read::rate)]
    pub rate: Option<f64>,
    /// How long: 30s, 2m, 500ms
    #[arg(short = 'd', long, value_name = "TIME", default_value = "10s", value_parser = read::time)]
    pub duration: Duration,
    /// A rate over time in place of -R and -d: pieces with commas between them, each RATE/TIME or FROM-TO/TIME, as
    /// 0-10k/30s,10k/60s
    #[arg(long, value_name = "PIECES", value_parser = read::profile, conflicts_with_all = ["rate", "duration"])]
    pub profile: Option<Profile>,
    /// When requests are due
    #[arg(long, value_name = "KIND", default_value = "constant")]
    pub arrivals: Arrivals,
    /// The seed of arrivals at random, and of the choice among several requests [default: drawn, and recorded]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Load before the time that counts
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = read::time_or_none)]
    pub warmup: Duration,
    /// How long answers are waited for after it
    #[arg(long, value_name = "TIME", default_value = "2s", value_parser = read::time_or_none)]
    pub drain: Duration,
    /// A request that is not answered so long after it was sent has failed
    #[arg(short = 'T', long, value_name = "TIME", default_value = "2s", value_parser = read::time)]
    pub timeout: Duration,
}

/// When requests are due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Arrivals {
    /// At a constant distance
    Constant,
    /// At random, as independent users do: a Poisson process
    Poisson,
    /// By a plan of each connection's own, as wrk2 has it: for comparison with wrk2 only
    Wrk2,
    /// When the last answer of the connection is there: a closed loop without a rate, as wrk and ab
    Closed,
}

/// What is sent.
#[derive(Args, Debug)]
pub struct RequestArgs {
    /// A header field, as 'Accept: text/html'; may be given several times
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE", value_parser = read::header, help_heading = "Requests")]
    pub headers: Vec<(String, String)>,
    /// The method [default: GET; POST with a body]
    #[arg(long, value_name = "METHOD", value_parser = read::method, help_heading = "Requests")]
    pub method: Option<String>,
    /// The body
    #[arg(long, value_name = "TEXT", help_heading = "Requests", conflicts_with = "body_file")]
    pub body: Option<String>,
    /// A file with the body
    #[arg(long, value_name = "FILE", help_heading = "Requests")]
    pub body_file: Option<PathBuf>,
    /// What every answer must be: status=CODE, body=FILE (the whole body), or a text that the body holds; may be given
    /// several times
    #[arg(long, value_name = "WHAT", value_parser = read::expect, help_heading = "Requests")]
    pub expect: Vec<ExpectArg>,
    /// A file (TOML, or JSON where it ends so) with several requests and their weights
    #[arg(long, value_name = "FILE", help_heading = "Requests", conflicts_with_all = ["method", "body", "body_file", "expect"])]
    pub mix: Option<PathBuf>,
    /// wrk2's scripts in Lua are not run; the message says what to use instead
    #[arg(short = 's', long, value_name = "FILE", help_heading = "Requests", hide = true)]
    pub script: Option<PathBuf>,
}

/// One `--expect`.
#[derive(Clone, Debug, PartialEq)]
pub enum ExpectArg {
    /// What can be said without reading a file.
    Known(Expect),
    /// The whole body is in this file.
    BodyFile(PathBuf),
}

/// Over what it is sent.
#[derive(Args, Debug)]
pub struct WireArgs {
    /// Threads, each with its share of the connections
    #[arg(short = 't', long, value_name = "N", default_value = "2", value_parser = read::count, help_heading = "Connections")]
    pub threads: u32,
    /// Connections, over all threads
    #[arg(short = 'c', long, value_name = "N", default_value = "10", value_parser = read::count, help_heading = "Connections")]
    pub connections: u32,
    /// Requests under way on a connection at a time: the depth of HTTP/1.1's pipeline, the streams of HTTP/2
    #[arg(long, value_name = "N", default_value = "1", value_parser = read::count, help_heading = "Connections")]
    pub depth: u32,
    /// A new connection for each request
    #[arg(long, help_heading = "Connections", conflicts_with_all = ["depth", "http2"])]
    pub per_request: bool,
    /// HTTP/2: by ALPN over TLS, with prior knowledge without
    #[arg(long, help_heading = "Connections")]
    pub http2: bool,
    /// Take any certificate
    #[arg(long, help_heading = "Connections")]
    pub insecure: bool,
    /// A file with certificates (PEM) to trust beside the well-known ones
    #[arg(long, value_name = "FILE", help_heading = "Connections", conflicts_with = "insecure")]
    pub cacert: Option<PathBuf>,
    /// Logical processors that the threads are kept to, in turn, as 0,2-3; best none that the server uses
    #[arg(long, value_name = "LIST", value_parser = read::cpus, help_heading = "Connections")]
    pub cpus: Option<LoadCpus>,
    /// How a thread waits for the next due time: sleep; spin, which takes a whole processor and is the least late; or
    /// spin=TIME, asleep until so long before it
    #[arg(long, value_name = "HOW", default_value = "sleep", value_parser = read::waiting, help_heading = "Connections")]
    pub wait: Waiting,
    /// How a thread reads and writes
    #[arg(long, value_name = "HOW", default_value = "epoll", help_heading = "Connections")]
    pub io: IoArg,
    /// Accepted for wrk2's sake: every request of a pipeline is timed on its own anyway
    #[arg(short = 'B', long = "batch_latency", help_heading = "Connections", hide = true)]
    pub batch_latency: bool,
}

/// Logical processors, in the order in which threads are put on them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadCpus(pub Vec<u32>);

/// How a thread reads and writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IoArg {
    /// epoll, with read and write
    Epoll,
    /// io_uring: many sends and receives for one call into the kernel; without TLS, from Linux 6.1 on
    Uring,
}

/// The search for the peak.
#[derive(Args, Debug)]
pub struct PeakArgs {
    /// Find the highest rate that meets the objective --slo, by bisection; -d is then the least length of a step
    #[arg(long, help_heading = "Peak", requires = "slo", conflicts_with_all = ["rate", "profile", "lead", "join"])]
    pub peak: bool,
    /// The objective: p99<10ms, or several with commas between them (p50<2ms,p99.9<50ms); also mean and max
    #[arg(long, value_name = "OBJECTIVE", value_parser = read::slo, help_heading = "Peak")]
    pub slo: Option<kymo_load::peak::Slo>,
    /// Independent searches, interleaved; five or more give an interval
    #[arg(long, value_name = "N", default_value = "5", value_parser = clap::value_parser!(u32).range(1..=100), help_heading = "Peak")]
    pub searches: u32,
    /// How near the rates that meet the objective and those that do not shall come
    #[arg(long, value_name = "SHARE", default_value = "2%", value_parser = crate::parse::margin, help_heading = "Peak")]
    pub resolution: kymo_model::Ratio,
    /// Where the search begins, in requests a second
    #[arg(long, value_name = "RATE", default_value = "1000", value_parser = read::rate, help_heading = "Peak")]
    pub start: f64,
}

/// Several machines.
#[derive(Args, Debug)]
pub struct MachineArgs {
    /// Wait on this address (HOST:PORT) for the machines that make the load, share it among them, and merge what they
    /// measure
    #[arg(
        long,
        value_name = "ADDRESS",
        help_heading = "Several machines",
        requires = "machines",
        conflicts_with = "join"
    )]
    pub lead: Option<String>,
    /// How many machines join
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1000), help_heading = "Several machines", requires = "lead")]
    pub machines: Option<u32>,
    /// Make a share of the load of the machine that leads, at HOST:PORT; it says what to do
    #[arg(long, value_name = "ADDRESS", help_heading = "Several machines", conflicts_with = "url")]
    pub join: Option<String>,
    /// A file with the secret that all machines share [default: the variable KYMO_LOAD_SECRET]
    #[arg(long, value_name = "FILE", help_heading = "Several machines")]
    pub secret: Option<PathBuf>,
}

/// What comes of it.
#[derive(Args, Debug)]
pub struct LoadOutputArgs {
    /// The text of wrk2, with the distribution of response times
    #[arg(short = 'L', long, help_heading = "Output")]
    pub latency: bool,
    /// As -L, and with the distribution of service times, which wrk2 calls uncorrected
    #[arg(short = 'U', long = "u_latency", help_heading = "Output")]
    pub u_latency: bool,
    /// How results are written [default: text; wrk2 with -L or -U]
    #[arg(long, value_name = "FORMAT", help_heading = "Output")]
    pub format: Option<LoadFormat>,
    /// Write a page with plots to this file, too
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub html: Option<PathBuf>,
    /// Write the histograms of response, service and lateness to this file, as a log in HdrHistogram's format V2
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub hdr: Option<PathBuf>,
    /// Keep the result in the store, as a run
    #[arg(long, help_heading = "Output")]
    pub save: bool,
    /// What the run's benchmark is called [default: load/ and the URL's host and path]
    #[arg(long, value_name = "NAME", help_heading = "Output", requires = "save")]
    pub name: Option<String>,
    /// A text to find the run by
    #[arg(long, value_name = "TEXT", help_heading = "Output", requires = "save")]
    pub label: Option<String>,
    /// No live view and no remarks
    #[arg(short, long, help_heading = "Output")]
    pub quiet: bool,
    /// Print the version
    #[arg(short = 'v', long = "version", action = ArgAction::Version, help_heading = "Output")]
    pub version: Option<bool>,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LoadFormat {
    /// Tables for people
    Text,
    /// The report, as JSON
    Json,
    /// What wrk2 writes, then the verdict
    Wrk2,
}
