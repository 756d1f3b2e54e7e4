//! The messages of the worker protocol, version 1: one JSON object a line.
//!
//! `docs/src/worker-protocol.md` describes them for people who write workers in other languages; a test holds its
//! examples to these types. Wire types live here and nowhere else: features and metrics are plain strings, since a
//! worker may be newer or older than its parent.

use kymo_model::{Metric, ModuleHash, ModuleKind, Outcome, Phase, Region, Seconds, Settings, Verification};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of the protocol that this crate speaks.
pub const PROTOCOL: u32 = 1;

/// What a worker says first, unasked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// Version of the protocol: [`PROTOCOL`].
    pub protocol: u32,
    /// The engine's name, as in `kymo-worker-NAME`.
    pub name: String,
    /// The engine's own version.
    pub engine_version: String,
    /// What tells this build of the engine from others of the same version: a commit, a hash of the executable.
    pub build_id: String,
    /// The ways in which the engine can run a module; the first is the default.
    pub strategies: Vec<Strategy>,
    /// The settings that `open` accepts.
    #[serde(default)]
    pub settings: Vec<Setting>,
    /// The names of the metrics that the worker can give where the machine has them.
    pub metrics: Vec<String>,
}

/// A way in which an engine runs modules: a compiler tier, an interpreter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Strategy {
    /// Its name, as typed in `ENGINE[NAME]`.
    pub name: String,
    /// The features that it claims; names that the parent does not know are ignored.
    pub features: Vec<String>,
    /// The kinds of module that it takes.
    pub kinds: Vec<ModuleKind>,
    /// The phases that it can measure, itself. `lifetime` here means that it starts the program as a process of its
    /// own; of workers that do not list it the parent takes the worker's own lifetime.
    #[serde(default = "usual_phases", skip_serializing_if = "is_usual")]
    pub phases: Vec<Phase>,
    /// Whether it runs the benchmark's native twin (`native` of `open`) in place of the module: then no feature of the
    /// module matters, and a benchmark without a twin is `unsupported`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub twin: bool,
    /// Why it cannot be used here, and what to do about it, where something of it is not installed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<String>,
}

fn usual_phases() -> Vec<Phase> {
    Strategy::PHASES.to_vec()
}

fn is_usual(phases: &[Phase]) -> bool {
    phases == Strategy::PHASES
}

impl Strategy {
    /// The phases of a strategy that lists none.
    pub const PHASES: [Phase; 3] = [Phase::Compile, Phase::Instantiate, Phase::Execute];

    /// A strategy for these kinds of module that measures the usual phases.
    pub fn new(name: impl Into<String>, features: Vec<String>, kinds: Vec<ModuleKind>) -> Self {
        Self { name: name.into(), features, kinds, phases: usual_phases(), twin: false, unavailable: None }
    }
}

/// A setting of an engine that matters for its performance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Setting {
    /// Its name, as typed in `ENGINE[NAME=VALUE]`.
    pub name: String,
    /// The value it has when none is given, or `auto` where the engine decides.
    pub default: String,
    /// The values it can have.
    pub accepts: Accepts,
    /// What it does, in a sentence.
    pub about: String,
}

/// The values that a setting can have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Accepts {
    /// `on` or `off`; the bare name means `on`.
    Flag,
    /// One of these words.
    Choice(Vec<String>),
    /// A whole number; sizes are in bytes, and the suffixes KiB, MiB and GiB are understood by the parent.
    Integer,
    /// Any text.
    Text,
}

/// What the parent asks.
#[expect(clippy::large_enum_variant, reason = "requests are few and live for a line; a box would only be in the way")]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Prepare to measure a module. Answered by `opened` or `failure`.
    Open(Open),
    /// Measure. Answered by `result` or `failure`.
    Measure(Measure),
    /// Start a server and answer `serving` when it takes connections; or `failure`. It runs until `stop`.
    Serve(Serve),
    /// Stop the server: take no more connections, end what is under way, answer `served`; or `failure`.
    Stop,
    /// Exit with code 0. Not answered. The end of standard input means the same.
    Close,
}

/// What a worker answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Response {
    /// The first line of every worker.
    Hello(Hello),
    /// The module can be measured.
    Opened(Opened),
    /// It was measured.
    Result(Measured),
    /// The server takes connections.
    Serving(Serving),
    /// The server has stopped.
    Served(Served),
    /// It could not be; the worker stays usable only for `close`.
    Failure(Failure),
}

/// Prepare to measure a module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Open {
    /// Absolute path of the module.
    pub module: String,
    /// SHA-256 of its bytes; the worker must refuse another (`invalid`).
    pub sha256: ModuleHash,
    /// Core module or component.
    pub kind: ModuleKind,
    /// The strategy to use, one of those in the hello.
    pub strategy: String,
    /// Settings that differ from the defaults.
    #[serde(default)]
    pub settings: Settings,
    /// Which part of the execution counts.
    pub region: Region,
    /// Arguments after the program's name; for an export, its parameters as decimal numbers.
    #[serde(default)]
    pub args: Vec<String>,
    /// The guest's whole environment.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// File that becomes the guest's standard input; none means empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// Folders that the guest sees.
    #[serde(default)]
    pub dirs: Vec<Dir>,
    /// File that takes the guest's standard output, emptied before each iteration.
    pub stdout: String,
    /// File that takes the guest's standard error, emptied before each iteration.
    pub stderr: String,
    /// Absolute path of the benchmark's native twin, where it has one: a shared library or an executable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
    /// Whether iterations may differ in their standard output; then only exit codes and results must agree, and the
    /// verification is that of the last iteration.
    #[serde(default)]
    pub output_varies: bool,
}

/// A folder of the host that the guest sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Dir {
    /// Absolute path on the host.
    pub host: String,
    /// The name under which the guest sees it.
    pub guest: String,
    /// Whether the guest may change it.
    pub writable: bool,
}

/// The module can be measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// Every setting with the value that it has now, defaults included.
    pub settings: Settings,
}

/// Measure phases, in the order given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// The phases and how often each is repeated.
    pub phases: Vec<PhasePlan>,
    /// Names of the metrics wanted; those that the worker or the machine cannot give are listed in `absent`.
    pub metrics: Vec<Metric>,
}

/// How often a phase is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PhasePlan {
    /// The phase: `compile`, `instantiate` or `execute`.
    pub phase: Phase,
    /// Iterations that come first and count as warm-up; their samples are reported too.
    pub warmup: u32,
    /// Iterations that count.
    pub iterations: u32,
}

/// What was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// The samples, one entry for each phase and metric.
    pub samples: Vec<WireSamples>,
    /// What the guest gave, if a phase executed it. All iterations must agree, else the answer is a `failure`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// Metrics that were asked for and could not be had, each with the reason.
    #[serde(default)]
    pub absent: Vec<Absent>,
    /// SHA-256 of the machine code made from the module, if the engine makes machine code and shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<ModuleHash>,
    /// File with the guest's standard output of the last iteration.
    pub stdout: String,
    /// File with the guest's standard error of the last iteration.
    pub stderr: String,
}

/// Samples on the wire. Numbers that JSON cannot write (NaN, infinities) are no samples.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WireSamples {
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// The unit, for readers: must be the metric's base unit (`s`, `B` or `1`).
    pub unit: String,
    /// How many values at the front are warm-up.
    pub warmup: u32,
    /// A value for each iteration, in the base unit.
    pub values: Vec<Option<f64>>,
}

/// A metric that could not be had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Absent {
    /// The metric.
    pub metric: Metric,
    /// Why, in a line.
    pub reason: String,
}

/// Start a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Serve {
    /// The address to listen on, a loopback address; port 0 lets the system choose.
    pub address: String,
    /// What requests will ask for (`plaintext`, `json`, `db`, `fortunes` …), so that a server that lacks it can say
    /// `unsupported`.
    pub test: String,
}

/// The server takes connections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Serving {
    /// The address that it listens on, with its port.
    pub address: String,
}

/// The server has stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Served {
    /// Requests that the guest did not answer properly: it trapped, or erred. The client saw an error, or nothing.
    #[serde(default)]
    pub failed: u64,
    /// What went wrong, a line each; the first few different ones.
    #[serde(default)]
    pub messages: Vec<String>,
    /// SHA-256 of the machine code made from the module, if the engine makes machine code and shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<ModuleHash>,
}

/// It could not be measured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Why: `unsupported`, `invalid`, `trapped`, `wrong_output`, `out_of_memory` or `failed`. What happens to the
    /// process (`timed_out`, `crashed`) is for the parent to see.
    pub outcome: Outcome,
}

impl Failure {
    /// The module or the benchmark cannot be measured anywhere.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Invalid { message: message.into() } }
    }

    /// The guest trapped.
    pub fn trapped(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Trapped { message: message.into() } }
    }

    /// The engine reported an error.
    pub fn failed(message: impl Into<String>) -> Self {
        Self { outcome: Outcome::Failed { message: message.into() } }
    }

    /// Something is not supported.
    pub fn unsupported(feature: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unsupported { feature: feature.into() } }
    }
}

/// A time limit as messages print it.
pub fn readable_limit(limit: Seconds) -> String {
    let seconds = limit.get();
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1e3) } else { format!("{seconds} s") }
}
