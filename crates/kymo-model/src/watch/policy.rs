//! What the server lets a project do: set by an admin, never by the project's own file.

use super::environment::Limits;
use crate::ProjectName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A project that is watched.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectPolicy {
    /// The project.
    pub project: ProjectName,
    /// The only remote that its commits come from: https, or `file://` where the agent's own settings allow it.
    pub remote: String,
    /// The branch that the history follows.
    pub branch: String,
    /// Machines that measure it.
    pub machines: Vec<String>,
    /// Whether `prepare` may use the network, as to fetch crates.
    #[serde(default)]
    pub network_in_prepare: bool,
    /// Limits of prepare and build.
    #[serde(default)]
    pub build_limits: Limits,
    /// Limits of the measurement.
    #[serde(default)]
    pub measure_limits: Limits,
    /// How often a job is tried before it is given up.
    #[serde(default = "attempts")]
    pub attempts_max: u32,
    /// Jobs of the project that may wait at once.
    #[serde(default = "waiting")]
    pub queued_max: u32,
}

const fn attempts() -> u32 {
    3
}

const fn waiting() -> u32 {
    10_000
}
