//! A/A noise floors of a machine, as a calibration found them.

use kymo_model::{BenchmarkName, LogRatio, Metric, Phase};

/// How far apart two sides that are the same may seem on one machine: found by comparing an engine with itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// The variant that was compared with itself.
    pub variant: String,
    /// The benchmark; `None` for the floor over all benchmarks.
    pub benchmark: Option<BenchmarkName>,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// Differences below this are not told apart from none.
    pub floor: LogRatio,
    /// Standard deviation of the log ratio of a round.
    pub sd: LogRatio,
    /// Rounds of each comparison.
    pub rounds: u32,
    /// Comparisons of the variant with itself.
    pub comparisons: u32,
    /// How many of them were called different.
    pub flagged: u32,
    /// When, as seconds since 1970-01-01 UTC.
    pub calibrated_unix_s: u64,
    /// Version of the calibration's method: floors of different versions are not compared.
    pub schema: u32,
}
