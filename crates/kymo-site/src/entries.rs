//! What pages show beside points: projects, commits, incidents, machines, benchmarks, runs. Field for field the entries
//! of the files, which `docs/src/site-format.md` explains.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// Its name.
    pub name: String,
    /// The branch of its main line.
    pub branch: Option<String>,
    /// Number of known commits on the main line.
    pub commits: u32,
    /// Where people look at its source.
    pub repository: Option<String>,
    /// Address of a commit, with `{hash}`.
    pub commit_url: Option<String>,
    /// Address of a range of commits, with `{from}` and `{to}`.
    pub range_url: Option<String>,
}

/// A commit of a main line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its hash; twelve digits are published.
    pub hash: String,
    /// Its time, for reading only.
    pub unix_s: Option<u64>,
    /// First line of its message.
    pub title: String,
    /// Who wrote it.
    pub author: String,
}

/// A change that was found, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    /// Its name, unique on the site.
    pub id: String,
    /// Name of the project.
    pub project: String,
    /// Name of the machine.
    pub machine: String,
    /// What is thought of it.
    pub state: IncidentState,
    /// Position of the first commit that may have made the change.
    pub first: u32,
    /// Position of the last such commit.
    pub last: u32,
    /// Position of the likeliest.
    pub at: u32,
    /// When it was first seen.
    pub opened_unix_s: u64,
    /// Relative size of the series that moved most: 0.05 is +5 %.
    pub size: f64,
    /// Whether it is a change for the worse.
    pub worse: bool,
    /// Commits of the range; the first of them where there are many.
    pub commits: Vec<IncidentCommit>,
    /// Number of commits in the range.
    pub commits_total: u32,
    /// The series that moved. Of a source all, by [`crate::SeriesInfo::id`]; on the site the largest, by number.
    pub series: Vec<Moved>,
    /// Number of series that moved; the publisher counts them.
    #[serde(default)]
    pub series_total: u32,
    /// What people said of it.
    pub decision: Option<Decision>,
    /// What happened to it, oldest first.
    pub history: Vec<Happened>,
    /// The command that reproduces it.
    pub reproduce: Option<String>,
    /// Runs that put it to the test.
    pub confirmations: Vec<Confirmation>,
}

/// What is thought of an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IncidentState {
    /// Found in the history alone.
    Suspected,
    /// Both ends were measured side by side, and differ.
    Confirmed,
    /// Both ends were measured side by side, and do not differ.
    Refuted,
    /// Both ends were measured side by side, which did not decide it.
    Unconfirmed,
}

impl Incident {
    /// Whether somebody should still look at it: not refuted, and nobody said anything of it.
    pub fn is_open(&self) -> bool {
        self.state != IncidentState::Refuted && self.decision.is_none()
    }
}

/// A commit that may have made a change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IncidentCommit {
    /// Place on the main line.
    pub position: u32,
    /// Its hash.
    pub hash: String,
    /// First line of its message.
    pub title: String,
    /// Who wrote it.
    pub author: String,
    /// Its time.
    pub unix_s: Option<u64>,
}

/// A series that moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// Which series.
    pub series: i64,
    /// Relative size of the change.
    pub size: f64,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end of its interval.
    pub high: Option<f64>,
    /// Between 0 and 1.
    pub confidence: Option<f64>,
    /// Up to 40 values around the change, relative to the first; `None` where there is none.
    pub spark: Vec<Option<f64>>,
    /// Place in `spark` of the likeliest commit.
    pub spark_at: u32,
}

/// What people said of an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// `ack`, `ignore` or `expect`.
    pub kind: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: Option<String>,
    /// When, as 2026-11-22.
    pub date: Option<String>,
}

/// Something that happened to an incident.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Happened {
    /// When.
    pub unix_s: u64,
    /// What.
    pub text: String,
}

/// A run that put an incident to the test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Confirmation {
    /// Its id.
    pub run: String,
    /// `confirmed`, `refuted` or `unconfirmed`.
    pub verdict: String,
    /// Relative size that it found.
    pub size: Option<f64>,
    /// Lower end of the interval.
    pub low: Option<f64>,
    /// Upper end of the interval.
    pub high: Option<f64>,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Stretches of time in which its fingerprint was the same, oldest first.
    pub epochs: Vec<Epoch>,
    /// Calibrated noise floors.
    pub floors: Vec<Floor>,
    /// When its newest run was made.
    pub last_run_unix_s: Option<u64>,
    /// Number of runs.
    pub runs: u32,
    /// How many of the last how many runs were noisy.
    pub noisy_of_last: Option<(u32, u32)>,
    /// What is to be said of its health, in sentences.
    pub remarks: Vec<String>,
}

/// A stretch of time in which a machine stayed the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Epoch {
    /// The fingerprint.
    pub fingerprint: String,
    /// Its first run.
    pub first_unix_s: u64,
    /// Its last run.
    pub last_unix_s: u64,
    /// Number of runs.
    pub runs: u32,
    /// What the fingerprint is made of, by name.
    pub fields: BTreeMap<String, String>,
}

/// A calibrated noise floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// The fingerprint that it holds for.
    pub fingerprint: String,
    /// The variant it was calibrated with.
    pub variant: String,
    /// The benchmark; `None` for all.
    pub benchmark: Option<String>,
    /// The phase.
    pub phase: String,
    /// The metric.
    pub metric: String,
    /// Logarithm of a ratio.
    pub floor: f64,
    /// Logarithm of a ratio.
    pub sd: Option<f64>,
    /// Rounds of each comparison.
    pub rounds: Option<u32>,
    /// Comparisons of the engine with itself.
    pub comparisons: u32,
    /// How many of these were called different.
    pub flagged: u32,
    /// When it was calibrated.
    pub unix_s: u64,
}

/// A benchmark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Benchmark {
    /// `suite/name`.
    pub name: String,
    /// The suite.
    pub suite: String,
    /// What it shows.
    pub description: Option<String>,
    /// Where its source is.
    pub source: Option<String>,
    /// Its licence.
    pub license: Option<String>,
    /// The modules that it has been, oldest first.
    pub modules: Vec<Module>,
    /// Features that it requires.
    pub features: Vec<String>,
    /// Its arguments.
    pub args: Vec<String>,
}

/// A module of a benchmark.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Module {
    /// Its identity.
    pub sha256: String,
    /// Its size.
    pub bytes: Option<u64>,
    /// When it was first measured.
    pub first_unix_s: Option<u64>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: Option<String>,
    /// Name of the project that it was filed under.
    pub project: Option<String>,
    /// Hash of the commit that it was filed under.
    pub commit: Option<String>,
    /// Place on the main line, if it has one.
    pub position: Option<u32>,
    /// When it was made.
    pub created_unix_s: u64,
    /// How long it took; `None` where nobody says.
    pub duration_s: Option<f64>,
    /// Name of the machine.
    pub machine: String,
    /// Fingerprint of the machine.
    pub fingerprint: String,
    /// The variants.
    pub variants: Vec<String>,
    /// Number of benchmarks.
    pub benchmarks: u32,
    /// How many cells had which outcome.
    pub outcomes: BTreeMap<String, u32>,
    /// What disturbed it, in sentences.
    pub noise: Vec<String>,
    /// Where its samples are; the publisher fills it in.
    pub data: Option<String>,
}

/// The raw samples of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunSamples {
    /// Its id.
    pub id: String,
    /// The commit that it was filed under.
    pub commit: Option<String>,
    /// Name of the machine.
    pub machine: String,
    /// Fingerprint of the machine.
    pub fingerprint: String,
    /// The command that made it.
    pub command: Option<String>,
    /// The variants, which cells name by number.
    pub variants: Vec<String>,
    /// Whether rounds of its variants are pairs.
    pub paired: bool,
    /// What measured it: name, version, build.
    pub harness: String,
    /// What is to be said of it.
    pub notes: Vec<String>,
    /// One for each benchmark, variant, phase and metric; those of a benchmark together.
    #[serde(skip, default)]
    pub cells: Vec<Cell>,
    /// Where the cells are; the publisher fills it in.
    #[serde(default)]
    pub parts: Vec<SamplesPart>,
}

/// A part of a run's samples.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SamplesPart {
    /// The benchmarks with cells in it.
    pub benchmarks: Vec<String>,
    /// The file.
    pub file: String,
}

/// What one variant did on one benchmark, in one phase and metric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// `suite/name`.
    pub benchmark: String,
    /// Number of the variant.
    pub variant: u32,
    /// The phase.
    pub phase: String,
    /// The metric.
    pub metric: String,
    /// `measured`, or why not.
    pub outcome: String,
    /// More on why not.
    pub reason: Option<String>,
    /// Start of the SHA-256 of the machine code, where known.
    pub code: Option<String>,
    /// The round of each invocation.
    pub rounds: Vec<u32>,
    /// One cost an invocation, in the metric's unit.
    pub costs: Vec<f64>,
    /// The steady iterations of each invocation.
    pub samples: Vec<Vec<f64>>,
}
