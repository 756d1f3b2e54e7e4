//! One worker process running one benchmark under one variant, and the samples it gave.

use crate::metric::Metric;
use crate::module::ModuleHash;
use crate::outcome::Outcome;
use crate::phase::Phase;
use crate::quantity::{Bytes, Seconds, Share, Value};
use crate::variant::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// All samples of one metric in one phase of one invocation, in the order in which they were taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Samples {
    /// The phase.
    pub phase: Phase,
    /// The metric; its unit is [`Metric::unit`].
    pub metric: Metric,
    /// How many values at the front are warm-up: kept, shown, and left out of estimates.
    #[serde(default)]
    pub warmup: u32,
    /// A value for each iteration, warm-up included; a single value where the metric belongs to the whole invocation.
    pub values: Vec<Value>,
}

impl Samples {
    /// The values that count: all after the warm-up.
    pub fn steady(&self) -> &[Value] {
        self.values.get(self.warmup as usize..).unwrap_or(&[])
    }
}

/// What an invocation gave besides its samples, checked every time: a benchmark is also a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verification {
    /// The guest's exit code; 0 where it returned.
    pub exit_code: i32,
    /// SHA-256 of the guest's standard output of one iteration; all iterations must agree.
    pub stdout_sha256: ModuleHash,
    /// Size of that output.
    pub stdout_bytes: Bytes,
    /// What the invoked export returned, values separated by a space.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<String>,
}

/// One worker process, run once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Invocation {
    /// Index of the benchmark in the plan.
    pub benchmark: u32,
    /// Index of the variant in the plan.
    pub variant: u32,
    /// The round, from 1; 0 is calibration, which is no evidence.
    pub round: u32,
    /// Position in the run: invocations were started in this order.
    pub sequence: u32,
    /// Start, counted from the start of the run.
    pub start: Seconds,
    /// Duration from spawn to exit, seen from outside.
    pub duration: Seconds,
    /// What became of it.
    pub outcome: Outcome,
    /// The samples; empty unless measured.
    #[serde(default)]
    pub samples: Vec<Samples>,
    /// The verification value, where the guest ran to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// Every setting as the worker resolved it.
    #[serde(default)]
    pub settings: Settings,
    /// Remarks of the worker or the harness: a metric that is absent here and why …
    #[serde(default)]
    pub notes: Vec<String>,
    /// SHA-256 of the machine code that the engine made from the module, where it makes machine code and shows it:
    /// where two builds agree in it, a difference in execution is not one of the module's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<ModuleHash>,
    /// The metric that this invocation counted, apart from the rounds ([`Metric::is_counted_apart`]); `round` then
    /// numbers the repetitions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting: Option<Metric>,
    /// Share of processor time that the hypervisor took away meanwhile: the recorded external cause for which
    /// alone an invocation may be left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steal: Option<Share>,
}

impl Invocation {
    /// The samples of `metric` in `phase`, if there are any.
    pub fn samples(&self, phase: Phase, metric: Metric) -> Option<&Samples> {
        self.samples.iter().find(|samples| samples.phase == phase && samples.metric == metric)
    }
}
