//! What the flavours of a benchmark are compared with, and what others published of them: as their suite says.

use crate::benchmark::BenchmarkName;
use crate::quantity::{Bytes, Ratio};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a flavour of a benchmark is compared with. Every ratio is flavour to base: below 1, the flavour is faster or
/// smaller.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// The flavour that the others of the benchmark are compared with.
    pub base: String,
    /// A module that is in every flavour; its size is subtracted from both before a second ratio of sizes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_baseline: Option<SizeBaseline>,
    /// What others published of this flavour. Never mixed with what was measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub published: Vec<Published>,
}

/// A module that stands for what all flavours have in common, as their C library.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeBaseline {
    /// The benchmark whose module it is.
    pub benchmark: BenchmarkName,
    /// Size of that module's file in bytes.
    pub module_bytes: Bytes,
}

/// What a published ratio is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PublishedOf {
    /// Time of the execution.
    RunTime,
    /// Size of the module's file.
    ModuleSize,
}

impl PublishedOf {
    /// The name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::RunTime => "run-time",
            Self::ModuleSize => "module-size",
        }
    }
}

/// A figure that others published: a ratio to the base flavour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Published {
    /// What it is about.
    pub of: PublishedOf,
    /// The flavour's figure divided by that of the base flavour; below 1, the flavour is faster or smaller.
    pub ratio: Ratio,
    /// Which of several figures it is: a version, an engine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Where it was published, and when.
    pub source: String,
}
