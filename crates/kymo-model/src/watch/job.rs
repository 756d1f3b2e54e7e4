//! A job: a request for a run at a commit, on one machine.

use super::agent::Step;
use super::environment::EnvironmentDigest;
use crate::{GitHash, ProjectName, Ratio, RunId, Seconds, Share};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The number of a job; numbers rise in the order in which jobs were asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct JobId(pub u64);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Why somebody wants a commit measured. The order is that of the queue: what a person waits for comes before what only
/// fills gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobReason {
    /// A person asked in a comment on a pull request.
    Comment,
    /// A person asked on the page or by `kymo request`.
    Request,
    /// A search for the commit that changed a series.
    Bisect,
    /// A commit came onto a branch that is watched.
    Push,
    /// A gap in the history.
    Backfill,
}

impl JobReason {
    /// The priority of a job for this reason, unless an operator sets another; higher comes first.
    pub const fn priority(self) -> i32 {
        match self {
            Self::Comment => 50,
            Self::Request => 40,
            Self::Bisect => 30,
            Self::Push => 20,
            Self::Backfill => 10,
        }
    }
}

/// Where a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JobState {
    /// Waits for its machine.
    Queued,
    /// An agent holds it under a lease.
    Running,
    /// Its results are in the record.
    Finished,
    /// It ended without results.
    Failed,
    /// Somebody called it off.
    Cancelled,
}

impl JobState {
    /// Whether nothing will happen to the job any more, unless somebody asks for another try.
    pub const fn is_ended(self) -> bool {
        matches!(self, Self::Finished | Self::Failed | Self::Cancelled)
    }
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JobEnd {
    /// Everything was measured that could be.
    Measured,
    /// A step failed: the commit does not build, its file is wrong, its environment cannot be made.
    Failed {
        /// The step.
        step: Step,
        /// Why, in one line of plain text.
        message: String,
    },
    /// A step took longer than its limit of wall-clock time.
    TimedOut {
        /// The step.
        step: Step,
    },
    /// A step needed more memory than its limit.
    OutOfMemory {
        /// The step.
        step: Step,
    },
    /// A step wanted more processes than its limit, and did not do without.
    TooManyProcesses {
        /// The step.
        step: Step,
    },
    /// A step filled its disk.
    DiskFull {
        /// The step.
        step: Step,
    },
    /// A step wrote more than its log may hold.
    TooMuchOutput {
        /// The step.
        step: Step,
    },
    /// The results are not what may be filed: no run document, too large, values that are no numbers.
    Rejected {
        /// Why, in one line of plain text.
        message: String,
    },
    /// Every agent that took the job was lost with it: as many tries as the policy allows.
    Lost,
    /// Somebody called it off.
    Cancelled,
}

/// How far a running job is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The step.
    pub step: Step,
    /// The part of the step that is done, from 0 to 1; `None` where nobody can say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done: Option<Share>,
    /// What it is doing, in one line of plain text of at most 200 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
}

/// When a waiting job will start and how long it will take, from jobs of the same project and tier on the same machine;
/// and how wrong such estimates were.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// Seconds until it starts; 0 once it runs.
    pub starts_in: Seconds,
    /// Seconds that it takes.
    pub takes: Seconds,
    /// How often past estimates of the duration were off by this factor or less in nine of ten jobs: 1.5 says that
    /// most took between two thirds and one and a half of what was estimated. `None` before there are ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub off_by: Option<Ratio>,
    /// How many past jobs the estimate is from; 0 is a guess from the tier's budget.
    pub from_jobs: u32,
}

/// A job as the queue shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// Its number.
    pub id: JobId,
    /// The project.
    pub project: ProjectName,
    /// The commit that is measured, exactly.
    pub commit: GitHash,
    /// The first line of the commit's message; empty where it is not known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The tier of the project's `kymo.toml` that is measured, as `smoke`.
    pub tier: String,
    /// The machine.
    pub machine: String,
    /// Why.
    pub reason: JobReason,
    /// The account that asked.
    pub asked_by: String,
    /// Higher comes first.
    pub priority: i32,
    /// Where it is.
    pub state: JobState,
    /// How many jobs come before it on its machine; `None` once it does not wait any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ahead: Option<u32>,
    /// When it starts and how long it takes; `None` once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub estimate: Option<Estimate>,
    /// How far it is; `None` unless it runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// How often an agent took it.
    pub attempts: u32,
    /// When it was asked for, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
    /// When an agent took it the last time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_unix_s: Option<u64>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_unix_s: Option<u64>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<JobEnd>,
    /// The runs that are in the record because of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<RunId>,
    /// The environment that it was measured in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentDigest>,
}

/// A wish that commits be measured. Each commit becomes a job on each machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The project.
    pub project: ProjectName,
    /// Commits: whole hashes, or names that the project's repository knows, as a branch or a tag; at most 1,000.
    pub commits: Vec<String>,
    /// The tier [default: `full`].
    #[serde(default = "full")]
    pub tier: String,
    /// The machines [default: all of the project].
    #[serde(default)]
    pub machines: Vec<String>,
    /// Why; what a person asks for is a `request`. Only operators give another reason.
    #[serde(default = "request")]
    pub reason: JobReason,
}

fn full() -> String {
    "full".to_owned()
}

const fn request() -> JobReason {
    JobReason::Request
}
