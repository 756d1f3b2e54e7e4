//! The run document: the only thing that passes between the rooms of the house.

use crate::conditions::{Conditions, Noise};
use crate::feature::Feature;
use crate::filing::Filing;
use crate::imported::{Imported, Lack};
use crate::invocation::Invocation;
use crate::machine::Machine;
use crate::plan::{Close, Plan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version of the run document that this crate writes.
pub const RUN_SCHEMA: u32 = 1;

/// A run's name in the store: a time stamp and random digits, so that names sort by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// The id with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for RunId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Invocations are still being added, or the process that added them is gone.
    Running,
    /// Every benchmark was closed by the plan.
    Finished,
    /// It was interrupted; `kymo resume` goes on with it.
    Interrupted,
}

/// The harness that made a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Harness {
    /// Version of `kymo`.
    pub version: String,
    /// Commit it was built from, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
}

/// What a worker said of its engine in its hello.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EngineRecord {
    /// The engine's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What distinguishes this build of it: a commit, or the hash of the worker.
    pub build_id: String,
    /// The features of the strategy that the variant uses.
    pub features: BTreeSet<Feature>,
}

/// A run: a plan, its machine, its invocations with every raw sample, and their outcomes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Version of this document's form: [`RUN_SCHEMA`].
    pub schema: u32,
    /// Its name.
    pub id: RunId,
    /// A text given by the user, for finding it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Start, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
    /// How far it has come.
    pub state: RunState,
    /// The harness that made it.
    pub harness: Harness,
    /// The machine it was made on.
    pub machine: Machine,
    /// What it set out to do.
    pub plan: Plan,
    /// What each variant's worker said of its engine, by the variant's index.
    pub engines: Vec<EngineRecord>,
    /// Why each benchmark was closed, by its index; absent while it is open.
    #[serde(default)]
    pub closed: BTreeMap<u32, Close>,
    /// The state of the machine over the whole run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// Why the run may be called noisy.
    #[serde(default)]
    pub noise: Vec<Noise>,
    /// Remarks: a metric that this machine lacks, two workers that are the same file …
    #[serde(default)]
    pub notes: Vec<String>,
    /// Where the run came from and what it lacks, if another tool measured it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imported: Option<Imported>,
    /// The project and the commit that it belongs to, if it was measured for the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filed: Option<Filing>,
    /// The invocations, in the order in which they were started.
    pub invocations: Vec<Invocation>,
}

impl Run {
    /// Whether the run was imported and lacks this.
    pub fn lacks(&self, what: Lack) -> bool {
        self.imported.as_ref().is_some_and(|imported| imported.lacks.contains(&what))
    }
}
