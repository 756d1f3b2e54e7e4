//! Where a run came from that Kymograph did not measure, and what it lacks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A tool whose results can become a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tool {
    /// The raw results of sightglass.
    Sightglass,
    /// What hyperfine exports as JSON.
    Hyperfine,
    /// Criterion's output folder, or the messages of `cargo criterion`.
    Criterion,
    /// The lines of the standard library's bench harness.
    Libtest,
    /// The lines of `go test -bench`.
    Go,
    /// `kymo load`: our own generator, on a server that it did not start.
    Load,
}

impl Tool {
    /// The tool's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sightglass => "sightglass",
            Self::Hyperfine => "hyperfine",
            Self::Criterion => "Criterion",
            Self::Libtest => "libtest",
            Self::Go => "Go",
            Self::Load => "kymo load",
        }
    }
}

impl std::fmt::Display for Tool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// Something that a run of Kymograph has and an imported one has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Rounds. An invocation's `round` numbers the invocations of its variant, and makes no pairs.
    Rounds,
    /// The machine. What the fields of `machine` say is what the file said, and may be nothing.
    Machine,
    /// The modules. Of a benchmark only the name is known; its `sha256` is 64 zeros.
    Modules,
    /// A second process of any variant of any benchmark: what varies between processes is not known.
    Processes,
    /// Samples. There is one figure a process, made of samples that were not kept.
    Samples,
    /// The unit. Times are taken for nanoseconds, which the tool writes unless it is told otherwise.
    Unit,
    /// When it was measured. The run bears the time of its import.
    Time,
}

/// What must be known of a run that was measured by another tool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Imported {
    /// The tool.
    pub from: Tool,
    /// What the run lacks.
    pub lacks: BTreeSet<Lack>,
    /// The operating system's number of each process, by the invocation's `sequence`; empty where the tool gives none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processes: Vec<u64>,
}
