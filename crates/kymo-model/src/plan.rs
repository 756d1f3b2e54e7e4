//! What a run set out to do.

use crate::benchmark::Benchmark;
use crate::metric::Metric;
use crate::phase::Phase;
use crate::quantity::{Bytes, Ratio, Seconds};
use crate::variant::Variant;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// When a benchmark has been measured enough.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "rule", deny_unknown_fields)]
pub enum StopRule {
    /// After so many rounds.
    Rounds {
        /// How many.
        rounds: u32,
    },
    /// At a planned look, when the half-width of the interval is at most half of `margin` for every comparison with
    /// the first variant (and of the estimate itself when there is one variant), or when the budget is spent.
    /// Never because a verdict appeared.
    Precision {
        /// The margin δ: differences smaller than this do not matter.
        margin: Ratio,
        /// Time for the whole run.
        budget: Option<Seconds>,
        /// Rounds at most.
        rounds_max: u32,
    },
}

/// Why a benchmark was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Close {
    /// The asked precision was reached.
    Precise,
    /// The time for the run was used.
    Budget,
    /// The number of rounds was reached.
    Rounds,
    /// Fewer than one variant could be measured.
    Failed,
    /// The run was interrupted.
    Interrupted,
}

impl Plan {
    /// The margin δ that the plan was to reach, where it was to reach one.
    pub fn margin(&self) -> Option<Ratio> {
        match self.stop {
            StopRule::Precision { margin, .. } => Some(margin),
            StopRule::Rounds { .. } => None,
        }
    }

    /// The logical processor of a round of a benchmark; `None` where the scheduler places its processes.
    pub fn cpu(&self, benchmark: u32, round: u32) -> Option<u32> {
        let index = (benchmark as usize).wrapping_add(round as usize).checked_rem(self.cpus.len())?;
        self.cpus.get(index).copied()
    }
}

/// What makes the benchmarks of a plan a sweep: they are a few benchmarks, each at several values of a parameter. Every
/// benchmark has its value in its own `parameters`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sweep {
    /// The parameter whose values are the points of a line.
    pub parameter: String,
    /// Its values, in the order in which they were asked for.
    pub values: Vec<String>,
    /// The flavour or variant that the lines are compared with, where one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What the costs are shown for one of: a parameter's name, or a number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<String>,
}

/// What a run set out to do. With the seed it fixes the order of every round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Seed of every random choice of the run.
    pub seed: u64,
    /// The variants; the first is what the others are compared with.
    pub variants: Vec<Variant>,
    /// The benchmarks.
    pub benchmarks: Vec<Benchmark>,
    /// The phases that are measured.
    pub phases: Vec<Phase>,
    /// The metrics that are measured.
    pub metrics: Vec<Metric>,
    /// When a benchmark has been measured enough.
    pub stop: StopRule,
    /// An invocation that takes longer is ended.
    pub timeout: Seconds,
    /// An invocation that uses more memory is ended.
    pub memory_max: Bytes,
    /// An invocation that writes more output is ended.
    pub output_max: Bytes,
    /// The logical processors that take turns: round `r` of benchmark `b` (both counted from 0) instantiates and
    /// executes every variant on the one at index `(b + r) mod n`. Empty where the scheduler places them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cpus: Vec<u32>,
    /// What makes the benchmarks a sweep over the values of a parameter, if they are one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sweep: Option<Sweep>,
    /// How the load is made, where servers are measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<crate::ServePlan>,
}
