//! The parts of an invocation that many invocations of a run share, kept once each as JSON.

use kymo_model::{Invocation, Metric, ModuleHash, Outcome, Phase, Settings, Verification};
use serde::{Deserialize, Serialize};

/// What the plan decides: the same in every round.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Every setting as the worker resolved it.
    pub settings: Settings,
    /// Phase and metric of the samples, in their order. By name, so that a new metric needs no change here.
    pub series: Vec<(Phase, Metric)>,
}

/// What came out besides numbers: nearly always the same.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Findings {
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_sha256: Option<ModuleHash>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counting: Option<Metric>,
}

impl Setup {
    pub fn of(invocation: &Invocation) -> Self {
        Self {
            settings: invocation.settings.clone(),
            series: invocation.samples.iter().map(|samples| (samples.phase, samples.metric)).collect(),
        }
    }
}

impl Findings {
    pub fn of(invocation: &Invocation) -> Self {
        Self {
            outcome: invocation.outcome.clone(),
            verification: invocation.verification.clone(),
            notes: invocation.notes.clone(),
            code_sha256: invocation.code_sha256.clone(),
            counting: invocation.counting,
        }
    }
}
