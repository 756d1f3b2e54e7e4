//! What is measured: a closed list of quantities, each with a unit and a direction.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A measured quantity. A quantity that a machine cannot give is absent; nothing else is ever stored under its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Elapsed time on the monotonic clock.
    WallTime,
    /// Processor time of the whole worker process, user and system, all threads.
    CpuTime,
    /// Processor time of the thread that runs the phase.
    ThreadCpuTime,
    /// Page faults of the process, minor and major.
    PageFaults,
    /// Context switches of the process, voluntary and involuntary.
    ContextSwitches,
    /// Largest resident set of the worker process since it started, from the kernel's high-water mark.
    PeakRss,
    /// Proportional set size of the worker and its descendants, read after each iteration while the code and the
    /// instance are alive: a linear memory never shrinks, so that is its peak; what a compiler freed before is missed.
    PeakPss,
    /// Processor cycles in user space from the hardware counter.
    Cycles,
    /// Ticks of the processor's time stamp counter (RDTSC, CNTVCT): elapsed time in a unit of the processor's own, no
    /// work done. Never measured here; sightglass writes them, under the name `cycles`.
    TimerTicks,
    /// Instructions retired in user space from the hardware counter.
    Instructions,
    /// Instructions executed in the region on the simulated processor of valgrind's callgrind. Never stored under the
    /// name of the hardware's counter: the simulator runs another instruction set extension, and none of the kernel.
    InstructionsSimulated,
    /// WebAssembly instructions executed as the engine counts them; engines count differently.
    Fuel,
    /// Answers a second, of the requests whose time had come within the measured window.
    Throughput,
    /// Response time that half of the requests stayed below, from the planned time of each to its last byte.
    LatencyP50,
    /// The same for 90 % of the requests.
    LatencyP90,
    /// The same for 99 % of the requests.
    LatencyP99,
    /// The same for 99.9 % of the requests.
    #[serde(rename = "latency_p99_9")]
    LatencyP999,
    /// The longest response time.
    LatencyMax,
    /// Processor time of the server, user and system, all its processes, for each answer.
    CpuPerRequest,
    /// Page faults of the server, minor and major, for each answer.
    PageFaultsPerRequest,
    /// Context switches of the server for each answer.
    ContextSwitchesPerRequest,
    /// System calls of the server for each answer, counted by strace in an invocation of its own.
    SyscallsPerRequest,
    /// Size of the machine code or bytecode that the engine made from the module.
    CodeSize,
    /// Size of the module file.
    ModuleSize,
}

/// The base unit of a metric, as written on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Unit {
    /// Seconds.
    #[serde(rename = "s")]
    Second,
    /// Bytes.
    #[serde(rename = "B")]
    Byte,
    /// A plain number of events.
    #[serde(rename = "1")]
    Count,
    /// Events a second.
    #[serde(rename = "1/s")]
    PerSecond,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better: a cost.
    LowerIsBetter,
    /// Larger is better: a yield.
    HigherIsBetter,
}

/// How samples of a metric behave, which decides how they are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Noisy and positive: compared as logarithms over rounds.
    Noisy,
    /// Noisy, and zero is an ordinary value: compared as differences in units, without a ratio or a verdict.
    ReachesZero,
    /// The same in every invocation, or something is wrong: compared exactly.
    Exact,
}

impl Metric {
    /// Every metric, in the order in which tables show them.
    pub const ALL: [Self; 24] = [
        Self::WallTime,
        Self::CpuTime,
        Self::ThreadCpuTime,
        Self::Cycles,
        Self::TimerTicks,
        Self::Instructions,
        Self::InstructionsSimulated,
        Self::Fuel,
        Self::PageFaults,
        Self::ContextSwitches,
        Self::Throughput,
        Self::LatencyP50,
        Self::LatencyP90,
        Self::LatencyP99,
        Self::LatencyP999,
        Self::LatencyMax,
        Self::CpuPerRequest,
        Self::PageFaultsPerRequest,
        Self::ContextSwitchesPerRequest,
        Self::SyscallsPerRequest,
        Self::PeakRss,
        Self::PeakPss,
        Self::CodeSize,
        Self::ModuleSize,
    ];

    /// The name on the command line and in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Self::WallTime => "wall_time",
            Self::CpuTime => "cpu_time",
            Self::ThreadCpuTime => "thread_cpu_time",
            Self::PageFaults => "page_faults",
            Self::ContextSwitches => "context_switches",
            Self::PeakRss => "peak_rss",
            Self::PeakPss => "peak_pss",
            Self::Cycles => "cycles",
            Self::TimerTicks => "timer_ticks",
            Self::Instructions => "instructions",
            Self::InstructionsSimulated => "instructions_simulated",
            Self::Fuel => "fuel",
            Self::Throughput => "throughput",
            Self::LatencyP50 => "latency_p50",
            Self::LatencyP90 => "latency_p90",
            Self::LatencyP99 => "latency_p99",
            Self::LatencyP999 => "latency_p99_9",
            Self::LatencyMax => "latency_max",
            Self::CpuPerRequest => "cpu_per_request",
            Self::PageFaultsPerRequest => "page_faults_per_request",
            Self::ContextSwitchesPerRequest => "context_switches_per_request",
            Self::SyscallsPerRequest => "syscalls_per_request",
            Self::CodeSize => "code_size",
            Self::ModuleSize => "module_size",
        }
    }

    /// The base unit of its samples.
    pub const fn unit(self) -> Unit {
        match self {
            Self::WallTime
            | Self::CpuTime
            | Self::ThreadCpuTime
            | Self::LatencyP50
            | Self::LatencyP90
            | Self::LatencyP99
            | Self::LatencyP999
            | Self::LatencyMax
            | Self::CpuPerRequest => Unit::Second,
            Self::Throughput => Unit::PerSecond,
            Self::PeakRss | Self::PeakPss | Self::CodeSize | Self::ModuleSize => Unit::Byte,
            Self::PageFaults
            | Self::ContextSwitches
            | Self::Cycles
            | Self::TimerTicks
            | Self::Instructions
            | Self::InstructionsSimulated
            | Self::PageFaultsPerRequest
            | Self::ContextSwitchesPerRequest
            | Self::SyscallsPerRequest
            | Self::Fuel => Unit::Count,
        }
    }

    /// Which way is better. All metrics but the throughput are costs.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Throughput => Direction::HigherIsBetter,
            _ => Direction::LowerIsBetter,
        }
    }

    /// How its samples are compared.
    pub const fn nature(self) -> Nature {
        match self {
            Self::PageFaults
            | Self::ContextSwitches
            | Self::PageFaultsPerRequest
            | Self::ContextSwitchesPerRequest
            | Self::SyscallsPerRequest => Nature::ReachesZero,
            Self::CodeSize | Self::ModuleSize | Self::Fuel | Self::InstructionsSimulated => Nature::Exact,
            _ => Nature::Noisy,
        }
    }

    /// Whether it is of a server under load, seen from outside: no worker measures it.
    pub const fn is_of_serving(self) -> bool {
        matches!(
            self,
            Self::Throughput
                | Self::LatencyP50
                | Self::LatencyP90
                | Self::LatencyP99
                | Self::LatencyP999
                | Self::LatencyMax
                | Self::CpuPerRequest
                | Self::PageFaultsPerRequest
                | Self::ContextSwitchesPerRequest
                | Self::SyscallsPerRequest
        )
    }

    /// Those that workers measure inside: all but those of serving.
    pub fn of_programs() -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(|metric| !metric.is_of_serving())
    }

    /// Whether counting it changes what runs (code with counters in it, a simulated processor), so that it is measured
    /// in invocations of its own, beside the rounds.
    pub const fn is_counted_apart(self) -> bool {
        matches!(self, Self::Fuel | Self::InstructionsSimulated | Self::SyscallsPerRequest)
    }
}

impl Unit {
    /// The unit as documents write it.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Second => "s",
            Self::Byte => "B",
            Self::Count => "1",
            Self::PerSecond => "1/s",
        }
    }
}

impl std::fmt::Display for Metric {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

/// A metric's name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown metric '{0}'; the metrics are {list}", list = Metric::ALL.map(Metric::name).join(", "))]
pub struct UnknownMetric(String);

impl std::str::FromStr for Metric {
    type Err = UnknownMetric;
    fn from_str(text: &str) -> Result<Self, UnknownMetric> {
        Self::ALL.into_iter().find(|metric| metric.name() == text).ok_or_else(|| UnknownMetric(text.to_owned()))
    }
}
