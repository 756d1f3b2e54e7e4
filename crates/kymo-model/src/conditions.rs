//! The state of the machine around a measurement, and why it may be called noisy.

use crate::quantity::{Seconds, Share};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The state of the machine over a stretch of time. `None` means that the machine does not say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conditions {
    /// Length of the stretch.
    pub over: Seconds,
    /// Load average of the last minute at its end.
    pub load_1m: Option<f64>,
    /// Share of the stretch in which some task waited for a processor (PSI `cpu some`).
    pub cpu_pressure: Option<Share>,
    /// Share of the stretch in which some task waited for memory (PSI `memory some`).
    pub memory_pressure: Option<Share>,
    /// Share of the stretch in which some task waited for I/O (PSI `io some`).
    pub io_pressure: Option<Share>,
    /// Share of all processor time that the hypervisor took away.
    pub steal: Option<Share>,
    /// Processor time of processes other than ours and our workers, as a share of all processors.
    pub others_cpu: Option<Share>,
    /// Lowest current frequency of any processor, in MHz, at the end.
    pub frequency_mhz_min: Option<f64>,
    /// Highest current frequency of any processor, in MHz, at the end.
    pub frequency_mhz_max: Option<f64>,
    /// Thermal throttle events in the stretch.
    pub throttle_events: Option<u64>,
    /// The busiest other processes: name and share of one processor, largest first, three at most.
    #[serde(default)]
    pub busiest_others: Vec<(String, Share)>,
}

/// A reason to distrust a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoiseReason {
    /// The hypervisor took processor time away.
    Steal,
    /// Other processes used the processors.
    OtherProcesses,
    /// Tasks waited for memory.
    MemoryPressure,
    /// Tasks waited for I/O.
    IoPressure,
    /// The processor was throttled.
    Throttled,
}

/// A finding that a measurement was disturbed, in one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Noise {
    /// What kind of disturbance.
    pub reason: NoiseReason,
    /// The finding with its figure, readable.
    pub message: String,
}
