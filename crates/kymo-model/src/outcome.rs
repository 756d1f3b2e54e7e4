//! What became of an invocation: measured, or why not.

use crate::feature::Feature;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What became of an invocation. A failing benchmark is an outcome in the run, never the end of the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outcome {
    /// Samples were taken and the verification value was right.
    Measured,
    /// The strategy does not claim a feature that the module requires; it was never run.
    Unsupported {
        /// The feature, or the phase or kind of module, that is lacking.
        feature: String,
    },
    /// The module or the benchmark cannot be measured anywhere: an unknown import, an unclosed region …
    Invalid {
        /// What is wrong with it.
        message: String,
    },
    /// The guest trapped.
    Trapped {
        /// The trap and, where the engine gives it, the WebAssembly backtrace.
        message: String,
    },
    /// The guest ran and its verification value was wrong.
    WrongOutput {
        /// The first difference.
        message: String,
    },
    /// The invocation took longer than the time limit and was ended.
    TimedOut {
        /// The limit that was exceeded, readable.
        message: String,
    },
    /// The invocation used more memory than the limit and was ended.
    OutOfMemory {
        /// The limit that was exceeded, readable.
        message: String,
    },
    /// The worker was ended by a signal: loud, because an engine should err or panic instead.
    Crashed {
        /// The signal's name, as SIGSEGV.
        signal: String,
        /// The end of what the worker wrote on standard error.
        message: String,
    },
    /// The worker or its engine reported an error, panicked, or broke the protocol.
    Failed {
        /// What it said.
        message: String,
    },
}

impl Outcome {
    /// The name of its kind, as documents have it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Measured => "measured",
            Self::Unsupported { .. } => "unsupported",
            Self::Invalid { .. } => "invalid",
            Self::Trapped { .. } => "trapped",
            Self::WrongOutput { .. } => "wrong_output",
            Self::TimedOut { .. } => "timed_out",
            Self::OutOfMemory { .. } => "out_of_memory",
            Self::Crashed { .. } => "crashed",
            Self::Failed { .. } => "failed",
        }
    }

    /// The outcome for a feature that a strategy does not claim.
    pub fn unsupported(feature: Feature) -> Self {
        Self::Unsupported { feature: feature.name().to_owned() }
    }

    /// Whether samples were taken.
    pub fn is_measured(&self) -> bool {
        matches!(self, Self::Measured)
    }

    /// The short form that stands in a table's cell: `unsupported(gc)`, `crashed(SIGSEGV)`, `trapped` …
    pub fn label(&self) -> String {
        match self {
            Self::Measured => "measured".to_owned(),
            Self::Unsupported { feature } => format!("unsupported({feature})"),
            Self::Invalid { .. } => "invalid".to_owned(),
            Self::Trapped { .. } => "trapped".to_owned(),
            Self::WrongOutput { .. } => "wrong_output".to_owned(),
            Self::TimedOut { .. } => "timed_out".to_owned(),
            Self::OutOfMemory { .. } => "out_of_memory".to_owned(),
            Self::Crashed { signal, .. } => format!("crashed({signal})"),
            Self::Failed { .. } => "failed".to_owned(),
        }
    }

    /// The reason in words; empty where the label says it all.
    pub fn reason(&self) -> &str {
        match self {
            Self::Measured | Self::Unsupported { .. } => "",
            Self::Invalid { message }
            | Self::Trapped { message }
            | Self::WrongOutput { message }
            | Self::TimedOut { message }
            | Self::OutOfMemory { message }
            | Self::Crashed { message, .. }
            | Self::Failed { message } => message,
        }
    }
}
