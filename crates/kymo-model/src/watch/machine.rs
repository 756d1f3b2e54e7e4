//! Benchmark machines as the server knows them.

use super::job::JobId;
use crate::{Bytes, Machine};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an agent says of its machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineReport {
    /// The fingerprint, measured outside of any sandbox.
    pub machine: Machine,
    /// Version of the agent.
    pub agent: String,
    /// Drawn when the agent started: two agents with one token show by it.
    pub session: String,
    /// Bytes free where the agent keeps its files.
    pub disk_free: Bytes,
    /// Bytes in all there.
    pub disk_size: Bytes,
    /// Why the machine takes no jobs; empty when it does. Plain text, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paused_because: Vec<String>,
    /// When the last A/A calibration ended, as seconds since 1970-01-01 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrated_unix_s: Option<u64>,
    /// The largest A/A noise floor of that calibration, as a share: 0.01 is 1 %.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor_permille: Option<u32>,
}

/// Whether a machine can be counted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MachineState {
    /// Its agent was heard of lately, and takes jobs.
    Idle,
    /// It holds a job.
    Running,
    /// Its agent, or an operator, paused it.
    Paused,
    /// Its agent was not heard of for a minute.
    Silent,
    /// It has a token, and its agent was never heard of.
    New,
}

/// A machine as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineView {
    /// Its name; series carry it.
    pub name: String,
    /// Whether it can be counted on.
    pub state: MachineState,
    /// What its agent said last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<MachineReport>,
    /// When its agent was last heard of, as seconds since 1970-01-01 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heard_unix_s: Option<u64>,
    /// The job that it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Jobs that wait for it.
    pub queued: u32,
    /// Why an operator paused it; `None` when none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_by_operator: Option<String>,
}
