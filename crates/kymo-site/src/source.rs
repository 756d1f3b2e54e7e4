//! What a site is made of: the trait of whatever keeps a history, and the points that come from it.

use crate::entries::{Benchmark, Commit, Incident, Machine, Project, Run, RunSamples};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

/// Why a source could not answer.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(String);

impl SourceError {
    /// With what happened, for the person who publishes.
    pub fn new(message: impl ToString) -> Self {
        Self(message.to_string())
    }
}

/// How far a history has come. What is published remembers it, and the next publication writes what is newer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Changes when what was published before is no longer right: a main line was rewritten, a run was removed. Then
    /// everything is written anew.
    pub history: u64,
    /// Number of the newest filing; filings are numbered upwards in the order in which they came.
    pub last_filing: u64,
    /// Changes when anything else that is shown changed: an incident, a decision, a machine.
    pub revision: u64,
}

/// A history that can be published. Methods are called from several threads at once.
pub trait Source: Send + Sync {
    /// How far the history has come. Cheap: a server asks once a second.
    ///
    /// # Errors
    /// When the history cannot be read; so do all methods.
    fn generation(&self) -> Result<Generation, SourceError>;

    /// The projects, by name.
    fn projects(&self) -> Result<Vec<Project>, SourceError>;

    /// The commits of a project's main line from a position on, in order and without a gap.
    fn commits(&self, project: &str, from: u32) -> Result<Vec<Commit>, SourceError>;

    /// All series that have or had a point or a failed measurement.
    fn series(&self) -> Result<Vec<SeriesInfo>, SourceError>;

    /// Points and failures of series at positions of the main line, in the order of their filings: of two at one
    /// position the later counts. The series of one call are of one project and one machine.
    fn points(&self, ids: &[i64], positions: Range<u32>) -> Result<PointSet, SourceError>;

    /// Points and failures of filings with a greater number, on main lines only, in the order of their filings.
    fn points_of_filings(&self, after: u64) -> Result<PointSet, SourceError>;

    /// All incidents, their series by [`SeriesInfo::id`], in any order.
    fn incidents(&self) -> Result<Vec<Incident>, SourceError>;

    /// All machines, by name.
    fn machines(&self) -> Result<Vec<Machine>, SourceError>;

    /// All benchmarks, by name.
    fn benchmarks(&self) -> Result<Vec<Benchmark>, SourceError>;

    /// All finished runs, oldest first, with [`Run::data`] empty.
    fn runs(&self) -> Result<Vec<Run>, SourceError>;

    /// The raw samples of a run; `None` where it has none to show.
    fn samples(&self, run: &str) -> Result<Option<RunSamples>, SourceError>;
}

/// A series: project × machine × benchmark × variant × phase × metric.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesInfo {
    /// What the source calls it, for ever.
    pub id: i64,
    /// Name of the project.
    pub project: String,
    /// Name of the machine.
    pub machine: String,
    /// `suite/name`.
    pub benchmark: String,
    /// The engine with its settings.
    pub variant: String,
    /// The phase.
    pub phase: String,
    /// The metric.
    pub metric: Metric,
    /// Whether it belongs to a pinned engine that is measured beside the others.
    pub canary: bool,
    /// Standard deviation of the log of a value, where known.
    pub noise: Option<f64>,
}

/// A quantity as the pages name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metric {
    /// Its name, as `wall_time`.
    pub name: String,
    /// `s`, `B`, `1` or `ratio`.
    pub unit: String,
    /// Whether smaller is better.
    pub lower_is_better: bool,
    /// Whether it is the same in every invocation: then values are kept exactly.
    pub exact: bool,
}

impl From<kymo_model::Metric> for Metric {
    fn from(metric: kymo_model::Metric) -> Self {
        Self {
            name: metric.name().to_owned(),
            unit: metric.unit().symbol().to_owned(),
            lower_is_better: metric.direction() == kymo_model::Direction::LowerIsBetter,
            exact: metric.nature() == kymo_model::metric::Nature::Exact,
        }
    }
}

/// What a point was measured with.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Context {
    /// The machine's fingerprint: a new one begins an epoch, and breaks the line.
    pub fingerprint: String,
    /// Start of the SHA-256 of the module: a new one is another program, and breaks the line.
    pub module: String,
    /// Version and build of the engine.
    pub build: String,
    /// Start of the SHA-256 of the machine code, where known.
    pub code: Option<String>,
}

/// A value of a series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Place of the commit on the main line, from 0 at the oldest known.
    pub position: u32,
    /// The value in the metric's base unit; finite.
    pub value: f64,
    /// Both ends of its 95 % interval, where there is one; finite, around the value.
    pub interval: Option<(f64, f64)>,
    /// From [`PointSet::context`].
    pub context: u32,
    /// From [`PointSet::run`].
    pub run: u32,
}

/// A measurement that gave no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Place of the commit on the main line.
    pub position: u32,
    /// Why there is no value.
    pub outcome: Outcome,
    /// From [`PointSet::run`].
    pub run: u32,
}

/// Why there is no value, in the order of the codes of the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Outcome {
    /// The engine lacks a feature.
    Unsupported = 1,
    /// The engine refused the module.
    Invalid = 2,
    /// The guest trapped.
    Trapped = 3,
    /// The output was not the expected one.
    WrongOutput = 4,
    /// It took too long.
    TimedOut = 5,
    /// It used too much memory.
    OutOfMemory = 6,
    /// The worker was ended by a signal.
    Crashed = 7,
    /// Anything else.
    Failed = 8,
}

impl Outcome {
    /// All, in the order of their codes.
    pub const ALL: [Self; 8] = [
        Self::Unsupported,
        Self::Invalid,
        Self::Trapped,
        Self::WrongOutput,
        Self::TimedOut,
        Self::OutOfMemory,
        Self::Crashed,
        Self::Failed,
    ];

    /// The outcome with a code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|one| *one as u8 == code)
    }

    /// The outcome that a run document names so: `timed_out`.
    pub fn from_label(label: &str) -> Option<Self> {
        Some(match label {
            "unsupported" => Self::Unsupported,
            "invalid" => Self::Invalid,
            "trapped" => Self::Trapped,
            "wrong_output" => Self::WrongOutput,
            "timed_out" => Self::TimedOut,
            "out_of_memory" => Self::OutOfMemory,
            "crashed" => Self::Crashed,
            "failed" => Self::Failed,
            _ => return None,
        })
    }
}

/// Points and failures of one series.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// The values.
    pub points: Vec<Point>,
    /// What gave none.
    pub failures: Vec<Failure>,
}

/// Points of several series, with the contexts and runs that they name by number.
#[derive(Clone, Debug, Default)]
pub struct PointSet {
    contexts: Vec<Context>,
    runs: Vec<String>,
    series: HashMap<i64, Measured>,
    numbers_of_contexts: HashMap<Context, u32>,
    numbers_of_runs: HashMap<String, u32>,
}

impl PointSet {
    /// The number of a context in this set.
    pub fn context(&mut self, context: &Context) -> u32 {
        if let Some(number) = self.numbers_of_contexts.get(context) {
            return *number;
        }
        let number = self.contexts.len() as u32;
        self.contexts.push(context.clone());
        self.numbers_of_contexts.insert(context.clone(), number);
        number
    }

    /// The number of a run in this set.
    pub fn run(&mut self, id: &str) -> u32 {
        if let Some(number) = self.numbers_of_runs.get(id) {
            return *number;
        }
        let number = self.runs.len() as u32;
        self.runs.push(id.to_owned());
        self.numbers_of_runs.insert(id.to_owned(), number);
        number
    }

    /// Adds a value of a series.
    pub fn push(&mut self, series: i64, point: Point) {
        self.series.entry(series).or_default().points.push(point);
    }

    /// Adds a measurement that gave no value.
    pub fn fail(&mut self, series: i64, failure: Failure) {
        self.series.entry(series).or_default().failures.push(failure);
    }

    /// The contexts by number.
    pub fn contexts(&self) -> &[Context] {
        &self.contexts
    }

    /// The ids of runs by number.
    pub fn runs(&self) -> &[String] {
        &self.runs
    }

    /// What there is of a series.
    pub fn of(&self, series: i64) -> Option<&Measured> {
        self.series.get(&series)
    }

    /// The series that have anything here, in no order.
    pub fn ids(&self) -> impl Iterator<Item = i64> + '_ {
        self.series.keys().copied()
    }
}
