//! What an agent and the server say to each other, below `/api/v1/agent`. The agent asks; the server never calls it.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `POST /lease` | [`LeaseRequest`] | 200 [`Granted`], or 204 when there is no job |
//! | `POST /leases/{lease}/heartbeat` | [`Heartbeat`] | 200 [`HeartbeatAnswer`]; 409 when the lease is gone for good |
//! | `GET /uploads/{sha256}` | | 200 [`UploadState`]: how much is there |
//! | `PUT /uploads/{sha256}?offset=N&size=S` | bytes | 200 [`UploadState`]; 409 with the state when `offset` is not what is there |
//! | `POST /leases/{lease}/end` | [`EndRequest`] | 200 [`EndResponse`]; the same again for a request that was answered before |

use super::environment::EnvironmentDigest;
use super::job::{JobEnd, JobId, Progress};
use super::machine::MachineReport;
use super::policy::ProjectPolicy;
use super::regression::RegressionRule;
use crate::{Commit, GitHash, RunId, Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The steps of a job, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The commit comes from its remote, and nothing of it runs.
    Fetch,
    /// The environment is made, and what the build needs from the network is had.
    Prepare,
    /// The project is built, without network.
    Build,
    /// It is measured, without network.
    Measure,
    /// The results go to the server.
    Report,
}

impl std::fmt::Display for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Fetch => "fetch",
            Self::Prepare => "prepare",
            Self::Build => "build",
            Self::Measure => "measure",
            Self::Report => "report",
        })
    }
}

/// A lease: drawn for each time that a job is given to an agent, and known to no other.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct LeaseId(pub String);

/// An agent asks for a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeaseRequest {
    /// The machine.
    pub report: MachineReport,
    /// How long the server may wait for a job before it answers that there is none, in seconds; at most 30.
    #[serde(default)]
    pub wait_s: u32,
    /// A job that the agent began before it was cut off or restarted, with the lease that it had: the server gives it
    /// back, under a new lease, if nobody else has it and it has not ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume: Option<(JobId, LeaseId)>,
}

/// What is to be measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The job.
    pub job: JobId,
    /// The commit, exactly.
    pub commit: GitHash,
    /// The tier of the project's `kymo.toml`.
    pub tier: String,
    /// What the project may do, its remote among it.
    pub policy: ProjectPolicy,
    /// Which try this is, from 1.
    pub attempt: u32,
}

/// The server gives a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Granted {
    /// The lease.
    pub lease: LeaseId,
    /// What to do.
    pub order: Order,
    /// A heartbeat must come within this many seconds, or the job goes back to the queue.
    pub expires_in: Seconds,
}

/// A piece of a job's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LogPiece {
    /// Bytes of the log before it: a piece that the server has already is known by it.
    pub offset: u64,
    /// UTF-8 with control characters other than line feed and tab replaced; at most 64 KiB.
    pub text: String,
}

/// An agent is alive and holds the lease.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Heartbeat {
    /// The machine.
    pub report: MachineReport,
    /// How far the job is.
    pub progress: Progress,
    /// What was logged since the last heartbeat that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogPiece>,
}

/// What the server makes of a heartbeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HeartbeatAnswer {
    /// The next one must come within this many seconds.
    pub expires_in: Seconds,
    /// Somebody called the job off: end it and report [`JobEnd::Cancelled`].
    pub cancelled: bool,
    /// Bytes of the log that the server has.
    pub log_offset: u64,
}

/// How much of an upload the server has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UploadState {
    /// Bytes that are there.
    pub offset: u64,
    /// Whether all are, and their SHA-256 is right.
    pub complete: bool,
}

/// A job is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndRequest {
    /// How it ended.
    pub end: JobEnd,
    /// SHA-256 of run documents that were uploaded, gzip-compressed JSON each; at most 64. Also of a job that failed: what was measured
    /// before counts.
    #[serde(default)]
    pub results: Vec<String>,
    /// The commit as the checkout shows it; `None` where it was never fetched.
    #[serde(default)]
    pub commit: Option<Commit>,
    /// The environment; `None` where it was never made.
    #[serde(default)]
    pub environment: Option<EnvironmentDigest>,
    /// What counts as a regression by the commit's `kymo.toml`; `None` where that was never read.
    #[serde(default)]
    pub regression: Option<RegressionRule>,
    /// What was logged since the last heartbeat.
    #[serde(default)]
    pub log: Option<LogPiece>,
}

/// What became of the results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EndResponse {
    /// The runs that are in the record now.
    pub runs: Vec<RunId>,
    /// How the job ended: as it was reported, or `rejected` with the reason.
    pub end: JobEnd,
}
