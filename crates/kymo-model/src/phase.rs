//! The parts of a benchmark's life that are measured apart.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A measured part of a benchmark's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// From the module's bytes to code that can be instantiated.
    Compile,
    /// From compiled code to an instance whose start function has run.
    Instantiate,
    /// The benchmark's region: between `bench.start` and `bench.end`, or the whole entry function.
    Execute,
    /// Requests answered by a server that the engine runs, under a load from outside.
    Serve,
    /// The worker process from its start to its exit, seen from outside.
    Lifetime,
}

impl Phase {
    /// Every phase, in the order of a benchmark's life.
    pub const ALL: [Self; 5] = [Self::Compile, Self::Instantiate, Self::Execute, Self::Serve, Self::Lifetime];

    /// The name on the command line and in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Compile => "compile",
            Self::Instantiate => "instantiate",
            Self::Execute => "execute",
            Self::Serve => "serve",
            Self::Lifetime => "lifetime",
        }
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A phase's name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown phase '{0}'; the phases are {list}", list = Phase::ALL.map(Phase::name).join(", "))]
pub struct UnknownPhase(String);

impl std::str::FromStr for Phase {
    type Err = UnknownPhase;
    fn from_str(text: &str) -> Result<Self, UnknownPhase> {
        Self::ALL.into_iter().find(|phase| phase.name() == text).ok_or_else(|| UnknownPhase(text.to_owned()))
    }
}
