//! What counts as a regression, as it comes from the commit to the server.

use super::project_file::Regression;
use crate::{BenchmarkName, Metric, Ratio};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a commit's `kymo.toml` says counts as a regression.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegressionRule {
    /// The smallest change that matters, relative to the level before: 0.01 for 1 %. Counts where it is larger than the
    /// machine's noise floor.
    #[serde(default)]
    pub least: Option<Ratio>,
    /// Metrics that a regression is told of; all where there is none.
    #[serde(default)]
    pub metrics: Vec<Metric>,
    /// Benchmarks that none is told of; at most [`RegressionRule::IGNORE_MAX`].
    #[serde(default)]
    pub ignore: Vec<BenchmarkName>,
}

impl RegressionRule {
    /// Benchmarks that may be ignored, at most.
    pub const IGNORE_MAX: usize = 1000;

    /// Whether changes of a benchmark in a metric are told of.
    pub fn tells_of(&self, benchmark: &str, metric: Metric) -> bool {
        (self.metrics.is_empty() || self.metrics.contains(&metric))
            && !self.ignore.iter().any(|ignored| ignored.as_str() == benchmark)
    }
}

impl From<&Regression> for RegressionRule {
    fn from(said: &Regression) -> Self {
        let ignore = said.ignore.iter().take(Self::IGNORE_MAX).cloned().collect();
        Self { least: said.least, metrics: said.metrics.clone(), ignore }
    }
}
