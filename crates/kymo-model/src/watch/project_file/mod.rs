//! `kymo.toml`: what a project says of how it is measured. It stands in the project's own repository, so every commit
//! has its own; what it asks for is capped by the server's policy and never widens it.

#[cfg(feature = "toml")]
mod read;

use super::environment::Limits;
use crate::typed;
use crate::{BenchmarkName, Bytes, Metric, Phase, ProjectName, Ratio, Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The name of the file, at the root of the repository.
pub const FILE_NAME: &str = "kymo.toml";

/// The version of the format that this build reads.
pub const VERSION: u32 = 1;

/// Bytes of a file at most.
pub const SIZE_MAX: usize = 256 << 10;

/// `kymo.toml`, read and checked.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectFile {
    /// Version of the format: 1.
    pub version: u32,
    /// The project's name in the record.
    pub project: ProjectName,
    /// What everything runs in.
    #[serde(default)]
    pub environment: EnvironmentFile,
    /// Commands that may need the network, as to fetch what a build depends on.
    #[serde(default)]
    pub prepare: Commands,
    /// Commands that build, without network.
    #[serde(default)]
    pub build: Commands,
    /// What is measured.
    pub measure: Vec<Measure>,
    /// Which of it, and for how long, by the name of the tier that a request names: `smoke` is meant for pull requests,
    /// `full` for nights.
    #[serde(default)]
    pub tiers: BTreeMap<String, Tier>,
    /// What counts as a regression.
    #[serde(default)]
    pub regression: Regression,
}

/// What everything runs in: one of the four.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentFile {
    /// The machine's own tools, read-only; the default.
    #[serde(default)]
    pub host: bool,
    /// A Dockerfile in the repository.
    pub dockerfile: Option<String>,
    /// An image: an OCI archive in the repository, or a name that the agent has under that digest, as `NAME@sha256:…`.
    pub image: Option<String>,
    /// A root file system in the repository or at an https address, as .tar, .tar.gz or .tar.zst; needs `sha256`.
    pub archive: Option<String>,
    /// SHA-256 of the archive, in hexadecimal digits.
    pub sha256: Option<String>,
    /// Variables that every step gets.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
}

/// Which environment is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvironmentKind {
    /// The machine's own tools.
    Host,
    /// A Dockerfile, by its path in the repository.
    Dockerfile(String),
    /// An image, by path or name.
    Image(String),
    /// A root file system.
    Archive {
        /// Path in the repository, or address.
        from: String,
        /// What its bytes must hash to.
        sha256: String,
    },
}

/// Commands of a step, and what they may use.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commands {
    /// Lines for a shell, in order; the first that fails ends the job.
    #[serde(default)]
    pub run: Vec<String>,
    /// What they may use, within the policy.
    #[serde(default)]
    pub limits: LimitsFile,
}

/// Limits as the file has them; what is left out is the policy's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LimitsFile {
    /// Wall-clock time, as `20min`.
    #[serde(default, deserialize_with = "seconds")]
    #[schemars(with = "Option<String>")]
    pub wall_time: Option<Seconds>,
    /// Memory, as `4GiB`.
    #[serde(default, deserialize_with = "bytes")]
    #[schemars(with = "Option<String>")]
    pub memory: Option<Bytes>,
    /// Processes and threads at once.
    pub processes: Option<u32>,
    /// Space on disk, as `4GiB`.
    #[serde(default, deserialize_with = "bytes")]
    #[schemars(with = "Option<String>")]
    pub disk: Option<Bytes>,
    /// Bytes of output, as `1MiB`.
    #[serde(default, deserialize_with = "bytes")]
    #[schemars(with = "Option<String>")]
    pub output: Option<Bytes>,
}

impl LimitsFile {
    /// These limits within the policy's.
    pub fn within(&self, policy: &Limits) -> Limits {
        Limits {
            wall_time: self.wall_time.unwrap_or(policy.wall_time),
            memory: self.memory.unwrap_or(policy.memory),
            processes: self.processes.unwrap_or(policy.processes),
            disk: self.disk.unwrap_or(policy.disk),
            output: self.output.unwrap_or(policy.output),
            ..*policy
        }
        .capped(policy)
    }
}

/// One thing that is measured: suites on engines, a command that reports results, or a command that is timed.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// Its name, unique in the file: letters, digits, `-` and `_`.
    pub name: String,
    /// What `kymo run` is given: suites, `suite/benchmark`, wasm files of the repository.
    #[serde(default)]
    pub suites: Vec<String>,
    /// Engines with settings, as `kymo run -e` takes them; `ENGINE@NAME` is a build that the build step registered.
    #[serde(default)]
    pub engines: Vec<String>,
    /// An engine whose build never changes, measured beside.
    pub canary: Option<String>,
    /// Phases [default: those of `kymo run`].
    #[serde(default)]
    pub phases: Vec<Phase>,
    /// Metrics [default: those of `kymo run`].
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// A line for a shell.
    pub command: Option<String>,
    /// Format of the results that the command leaves, as `kymo import --format` names it; without it the command is
    /// timed as a whole process.
    pub import: Option<String>,
    /// The file or folder of the results, within the repository's folder; without it they are the command's output.
    pub results: Option<String>,
    /// What it may use, within the policy.
    #[serde(default)]
    pub limits: LimitsFile,
}

/// What a [`Measure`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MeasureKind<'a> {
    /// `kymo run` over suites.
    Suites,
    /// A command whose results are imported.
    Import {
        /// The shell line.
        command: &'a str,
        /// The format.
        format: &'a str,
        /// Where the results are; `None` for the command's output.
        results: Option<&'a str>,
    },
    /// A command that is timed as a whole process.
    Timed {
        /// The shell line.
        command: &'a str,
    },
}

impl Measure {
    /// What is measured, and how.
    pub fn kind(&self) -> MeasureKind<'_> {
        match (&self.command, &self.import) {
            (None, _) => MeasureKind::Suites,
            (Some(command), Some(format)) => MeasureKind::Import { command, format, results: self.results.as_deref() },
            (Some(command), None) => MeasureKind::Timed { command },
        }
    }
}

/// How much is measured on an occasion.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The names of what is measured [default: everything].
    #[serde(default)]
    pub measure: Vec<String>,
    /// Exactly so many rounds of each.
    pub rounds: Option<u32>,
    /// The time that each may take, as `5min`.
    #[serde(default, deserialize_with = "seconds")]
    #[schemars(with = "Option<String>")]
    pub budget: Option<Seconds>,
}

/// What counts as a regression.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Regression {
    /// The smallest change that matters, as `1%`; the machine's own noise floor counts where it is larger.
    #[serde(default, deserialize_with = "margin")]
    #[schemars(with = "Option<String>")]
    pub least: Option<Ratio>,
    /// Metrics that a regression is told of [default: all].
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// Benchmarks that none is told of.
    #[serde(default)]
    pub ignore: Vec<BenchmarkName>,
}

/// What is wrong with a file, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct ProjectFileError {
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// What is wrong and what to do, in a sentence.
    pub message: String,
}

fn typed_option<'de, D: Deserializer<'de>, T>(
    from: D,
    read: fn(&str) -> Result<T, String>,
) -> Result<Option<T>, D::Error> {
    let text = Option::<String>::deserialize(from)?;
    text.map(|text| read(&text).map_err(serde::de::Error::custom)).transpose()
}

fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Seconds>, D::Error> {
    typed_option(from, typed::seconds)
}

fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Bytes>, D::Error> {
    typed_option(from, typed::bytes)
}

fn margin<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Ratio>, D::Error> {
    typed_option(from, typed::margin)
}
