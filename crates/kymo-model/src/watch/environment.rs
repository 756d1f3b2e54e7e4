//! What a job runs in, and how much of it there is.

use crate::{Bytes, Ratio, Seconds};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The digest of an environment: what a job's root file system holds, and the sandbox's profile. Part of a series'
/// epoch: two environments are never compared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct EnvironmentDigest(pub String);

/// Limits of one step. Whoever sets a limit can only narrow those of the layer above: policy, agent, `kymo.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Wall-clock time of the step.
    pub wall_time: Seconds,
    /// Memory of all its processes, files in memory included.
    pub memory: Bytes,
    /// Processes and threads at once.
    pub processes: u32,
    /// Processors' worth of time: 1.5 is one and a half. `None` for all; a measurement is never throttled.
    pub processors: Option<Ratio>,
    /// Bytes on disk.
    pub disk: Bytes,
    /// Bytes of files in memory, in `/tmp` and `/dev/shm` each.
    pub temporary: Bytes,
    /// Bytes that it may write to standard output and standard error together.
    pub output: Bytes,
    /// Bytes a second to disk. `None` for no limit.
    pub disk_rate: Option<Bytes>,
}

impl Default for Limits {
    /// What a build of a large engine needs.
    fn default() -> Self {
        Self {
            wall_time: Seconds::new(3600.0),
            memory: Bytes::new(8 << 30),
            processes: 1024,
            processors: None,
            disk: Bytes::new(16 << 30),
            temporary: Bytes::new(1 << 30),
            output: Bytes::new(16 << 20),
            disk_rate: None,
        }
    }
}

impl Limits {
    /// The narrower of two, limit by limit.
    #[must_use]
    pub fn capped(self, by: &Self) -> Self {
        fn less<T: PartialOrd>(one: Option<T>, other: Option<T>) -> Option<T> {
            match (one, other) {
                (Some(one), Some(other)) => Some(if one < other { one } else { other }),
                (one, other) => one.or(other),
            }
        }
        let bytes = |one: Bytes, other: Bytes| if one < other { one } else { other };
        Self {
            wall_time: if self.wall_time < by.wall_time { self.wall_time } else { by.wall_time },
            memory: bytes(self.memory, by.memory),
            processes: self.processes.min(by.processes),
            processors: less(self.processors, by.processors),
            disk: bytes(self.disk, by.disk),
            temporary: bytes(self.temporary, by.temporary),
            output: bytes(self.output, by.output),
            disk_rate: less(self.disk_rate, by.disk_rate),
        }
    }
}
