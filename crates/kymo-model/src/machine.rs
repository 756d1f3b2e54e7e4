//! The test bed: its fingerprint names an epoch of its series.

use crate::quantity::Bytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The fingerprint of a test bed. A stretch of time in which it stays the same is an epoch.
///
/// `None` means that the machine does not say, never a guess.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// Short hash of all other fields: equal fingerprints, equal epoch.
    pub fingerprint: String,
    /// Host name.
    pub name: String,
    /// Instruction set, as `x86_64`.
    pub arch: String,
    /// Operating system, as `linux`.
    pub os: String,
    /// CPU model as the kernel names it.
    pub cpu_model: Option<String>,
    /// Logical processors that this process may run on.
    pub logical_cpus: u32,
    /// Physical cores.
    pub physical_cores: Option<u32>,
    /// Microcode revision.
    pub microcode: Option<String>,
    /// Kernel release.
    pub kernel: Option<String>,
    /// Installed memory.
    pub memory: Option<Bytes>,
    /// Frequency governor.
    pub governor: Option<String>,
    /// Whether two threads share a core.
    pub smt: Option<bool>,
    /// Whether the processor may exceed its nominal frequency.
    pub boost: Option<bool>,
    /// Hypervisor, where there is one.
    pub hypervisor: Option<String>,
    /// Container or sandbox, where one is recognised.
    pub container: Option<String>,
}

impl Machine {
    /// A machine of which only a name is known; its other fields say nothing.
    pub fn named(fingerprint: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            fingerprint: fingerprint.into(),
            name: name.into(),
            arch: String::new(),
            os: String::new(),
            cpu_model: None,
            logical_cpus: 0,
            physical_cores: None,
            microcode: None,
            kernel: None,
            memory: None,
            governor: None,
            smt: None,
            boost: None,
            hypervisor: None,
            container: None,
        }
    }
}
