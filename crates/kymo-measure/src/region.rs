//! The measured region: readings at its start and at its end, and their differences.
//!
//! Both the worker's loop and the guest's imports `bench.start` and `bench.end` call it. At the start the dear
//! readings are taken first and the clock last, at the end the clock first: the measured time holds no reading but
//! the clock's own.

use crate::callgrind::Simulator;
use crate::clock::monotonic_ns;
use crate::perf::Counter;
use kymo_model::Metric;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// A reading that failed.
const NEVER: u64 = u64::MAX;

/// The part of a region that a hardware counter must have counted, in thousandths. A pinned counter counts all of it;
/// the thousandth is for the moments at which the kernel notes the two times, and a tenth of the smallest verdict.
const COUNTED_PER_MILLE: u128 = 999;

/// A metric that was asked for and cannot be read here, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unavailable {
    /// The metric.
    pub metric: Metric,
    /// The reason, in one line.
    pub reason: String,
}

/// A region that was not opened and closed once each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionFault {
    /// There was no start.
    #[error("bench.start was never called")]
    NeverOpened,
    /// There was a start and no end.
    #[error("bench.end was never called after bench.start")]
    NeverClosed,
    /// There was a second start before the readings were taken.
    #[error("bench.start was called twice")]
    OpenedTwice,
    /// There was an end without a start, or a second end.
    #[error("bench.end was called without bench.start")]
    ClosedWithoutOpening,
}

/// Where a region stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RegionState {
    /// Not yet started since the last [`Region::take`] or [`Region::reset`].
    Idle,
    /// Started and not ended.
    Open,
    /// Started and ended once: [`Region::take`] gives the readings.
    Closed,
    /// Misused; stays so until [`Region::take`] or [`Region::reset`].
    Faulty(RegionFault),
}

const IDLE: u8 = 0;
const OPEN: u8 = 1;
const CLOSED: u8 = 2;
const OPENED_TWICE: u8 = 3;
const CLOSED_WITHOUT_OPENING: u8 = 4;

impl RegionState {
    fn from_code(code: u8) -> Self {
        match code {
            IDLE => Self::Idle,
            OPEN => Self::Open,
            CLOSED => Self::Closed,
            OPENED_TWICE => Self::Faulty(RegionFault::OpenedTwice),
            _ => Self::Faulty(RegionFault::ClosedWithoutOpening),
        }
    }
}

/// Measures what lies between [`Region::start`] and [`Region::end`]: once each, then [`Region::take`].
///
/// It may be shared between threads. Of two threads that start it at once, one makes it faulty.
pub struct Region {
    state: AtomicU8,
    wall: Span,
    /// Counts on a simulated processor, innermost of all: nothing of our own is to be counted.
    simulator: Option<Simulator>,
    /// All readings but the clock's; `None` where nothing but the clock was asked for.
    costly: Option<Box<Costly>>,
    /// The metrics that are read, in the order in which they were asked for.
    metrics: Vec<Metric>,
    lost: Mutex<Vec<Unavailable>>,
}

impl Region {
    /// A region that reads those of `metrics` that belong to a region: `wall_time`, `cpu_time`, `thread_cpu_time`,
    /// `page_faults`, `context_switches`, `cycles`, `instructions`, `instructions_simulated`. Other metrics are passed over.
    ///
    /// Hardware counters count the calling thread and the threads that it starts from now on: create the region on
    /// the thread that runs the engine, before the engine starts threads. What cannot be read is in the second part.
    pub fn new(metrics: &[Metric]) -> (Self, Vec<Unavailable>) {
        let mut costly = Costly::default();
        let mut simulator = None;
        let (mut read, mut absent) = (Vec::new(), Vec::new());
        for metric in metrics.iter().copied() {
            if read.contains(&metric) || !belongs_to_region(metric) {
                continue;
            }
            let added = match metric {
                Metric::InstructionsSimulated => Simulator::find().map(|found| simulator = Some(found)),
                _ => costly.add(metric),
            };
            match added {
                Ok(()) => read.push(metric),
                Err(reason) => absent.push(Unavailable { metric, reason }),
            }
        }
        let region = Self {
            state: AtomicU8::new(IDLE),
            wall: Span::default(),
            simulator,
            costly: read.iter().any(|metric| *metric != Metric::WallTime).then(|| Box::new(costly)),
            metrics: read,
            lost: Mutex::new(Vec::new()),
        };
        (region, absent)
    }

    /// Opens the region. The clock is read last.
    #[inline]
    pub fn start(&self) {
        if self.state.compare_exchange(IDLE, OPEN, Ordering::AcqRel, Ordering::Acquire).is_err() {
            self.fault(OPENED_TWICE);
            return;
        }
        if let Some(costly) = &self.costly {
            costly.start();
        }
        self.wall.begun.store(monotonic_ns(), Ordering::Release);
        if let Some(simulator) = &self.simulator {
            simulator.start();
        }
    }

    /// Closes the region. The clock is read first.
    #[inline]
    pub fn end(&self) {
        if let Some(simulator) = &self.simulator {
            simulator.stop();
        }
        let now_ns = monotonic_ns();
        if self.state.load(Ordering::Acquire) == OPEN {
            if let Some(costly) = &self.costly {
                costly.end();
            }
            self.wall.ended.store(now_ns, Ordering::Release);
        }
        if self.state.compare_exchange(OPEN, CLOSED, Ordering::AcqRel, Ordering::Acquire).is_err() {
            self.fault(CLOSED_WITHOUT_OPENING);
        }
    }

    /// The readings in base units, in the order in which the metrics were asked for; the region is idle again.
    ///
    /// A metric that failed meanwhile is left out from then on and named by [`Region::lost`].
    pub fn take(&self) -> Result<Vec<(Metric, f64)>, RegionFault> {
        match RegionState::from_code(self.state.swap(IDLE, Ordering::AcqRel)) {
            RegionState::Idle => Err(RegionFault::NeverOpened),
            RegionState::Open => Err(RegionFault::NeverClosed),
            RegionState::Faulty(fault) => Err(fault),
            RegionState::Closed => Ok(self.readings()),
        }
    }

    /// Forgets what was read; the region is idle again.
    pub fn reset(&self) {
        self.state.store(IDLE, Ordering::Release);
    }

    /// Where the region stands.
    pub fn state(&self) -> RegionState {
        RegionState::from_code(self.state.load(Ordering::Acquire))
    }

    /// Whether neither start nor end was called since the last take or reset.
    pub fn is_untouched(&self) -> bool {
        self.state() == RegionState::Idle
    }

    /// The metrics that this region reads.
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The metrics that could be read at first and then failed, and why: a counter that the kernel took off the
    /// processor, a thread's time read on two threads. Samples of such a metric do not match its iterations any more.
    pub fn lost(&self) -> Vec<Unavailable> {
        self.lost.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    #[cold]
    fn fault(&self, code: u8) {
        // The first fault is the cause; later ones follow from it.
        let _ = self.state.fetch_update(Ordering::AcqRel, Ordering::Acquire, |now| (now <= CLOSED).then_some(code));
    }

    fn readings(&self) -> Vec<(Metric, f64)> {
        let mut lost = self.lost.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let mut readings = Vec::with_capacity(self.metrics.len());
        for metric in self.metrics.iter().copied() {
            if lost.iter().any(|known| known.metric == metric) {
                continue;
            }
            let reading = match (metric, &self.costly) {
                (Metric::WallTime, _) => self.wall.seconds(),
                (Metric::InstructionsSimulated, _) => self.simulated(),
                (_, Some(costly)) => costly.reading(metric),
                (_, None) => Err("it was never read"),
            };
            match reading {
                Ok(value) => readings.push((metric, value)),
                Err(reason) => lost.push(Unavailable { metric, reason: reason.to_owned() }),
            }
        }
        readings
    }

    fn simulated(&self) -> Result<f64, &'static str> {
        let simulator = self.simulator.as_ref().ok_or("it was never read")?;
        simulator.take().map(|count| count as f64)
    }
}

fn belongs_to_region(metric: Metric) -> bool {
    use Metric::{
        ContextSwitches, CpuTime, Cycles, Instructions, InstructionsSimulated, PageFaults, ThreadCpuTime, WallTime,
    };
    matches!(
        metric,
        WallTime
            | CpuTime
            | ThreadCpuTime
            | PageFaults
            | ContextSwitches
            | Cycles
            | Instructions
            | InstructionsSimulated
    )
}

/// Two readings of one source.
#[derive(Default)]
struct Span {
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Span {
    fn between(&self) -> Result<u64, &'static str> {
        match (self.begun.load(Ordering::Acquire), self.ended.load(Ordering::Acquire)) {
            (NEVER, _) | (_, NEVER) => Err("the kernel stopped giving it"),
            (begun, ended) => ended.checked_sub(begun).ok_or("its readings went backwards"),
        }
    }

    fn seconds(&self) -> Result<f64, &'static str> {
        self.between().map(|ns| ns as f64 * 1e-9)
    }
}

/// A hardware counter with the readings of its value and of the times that tell whether it always counted.
struct CounterSpan {
    metric: Metric,
    counter: Counter,
    value: Span,
    enabled: Span,
    running: Span,
}

impl CounterSpan {
    fn start(&self) {
        let count = self.counter.read();
        self.value.begun.store(count.map_or(NEVER, |count| count.value), Ordering::Release);
        self.enabled.begun.store(count.map_or(NEVER, |count| count.enabled_ns), Ordering::Release);
        self.running.begun.store(count.map_or(NEVER, |count| count.running_ns), Ordering::Release);
    }

    fn end(&self) {
        let count = self.counter.read();
        self.value.ended.store(count.map_or(NEVER, |count| count.value), Ordering::Release);
        self.enabled.ended.store(count.map_or(NEVER, |count| count.enabled_ns), Ordering::Release);
        self.running.ended.store(count.map_or(NEVER, |count| count.running_ns), Ordering::Release);
    }

    fn count(&self) -> Result<f64, &'static str> {
        let (running_ns, enabled_ns) = (self.running.between()?, self.enabled.between()?);
        if u128::from(running_ns) * 1000 < u128::from(enabled_ns) * COUNTED_PER_MILLE {
            return Err("the hardware counter was shared with others, so that it missed a part");
        }
        self.value.between().map(|count| count as f64)
    }
}

/// The readings that cost a system call each.
#[derive(Default)]
struct Costly {
    counters: Vec<CounterSpan>,
    page_faults: Option<Span>,
    context_switches: Option<Span>,
    process_cpu: Option<Span>,
    thread_cpu: Option<Span>,
    /// The thread that read `thread_cpu`, as a number that no other living thread has.
    thread: Span,
}

impl Costly {
    /// Has `metric` read from now on, or says why it cannot be.
    fn add(&mut self, metric: Metric) -> Result<(), String> {
        let slot = match metric {
            Metric::Cycles | Metric::Instructions => {
                let counter = Counter::open(metric)?;
                let (value, enabled, running) = Default::default();
                self.counters.push(CounterSpan { metric, counter, value, enabled, running });
                return Ok(());
            }
            Metric::CpuTime => &mut self.process_cpu,
            Metric::ThreadCpuTime => &mut self.thread_cpu,
            Metric::PageFaults => &mut self.page_faults,
            Metric::ContextSwitches => &mut self.context_switches,
            _ => return Ok(()),
        };
        if cfg!(not(unix)) {
            return Err("this system does not give it".to_owned());
        }
        *slot = Some(Span::default());
        Ok(())
    }

    /// From the dearest reading to the cheapest: what comes later is measured by what came before.
    fn start(&self) {
        self.counters.iter().for_each(CounterSpan::start);
        self.read_usage(|span| &span.begun);
        if let Some(span) = &self.process_cpu {
            span.begun.store(process_cpu_ns(), Ordering::Release);
        }
        if let Some(span) = &self.thread_cpu {
            self.thread.begun.store(this_thread(), Ordering::Release);
            span.begun.store(thread_cpu_ns(), Ordering::Release);
        }
    }

    /// The order of the start, reversed.
    fn end(&self) {
        if let Some(span) = &self.thread_cpu {
            span.ended.store(thread_cpu_ns(), Ordering::Release);
            self.thread.ended.store(this_thread(), Ordering::Release);
        }
        if let Some(span) = &self.process_cpu {
            span.ended.store(process_cpu_ns(), Ordering::Release);
        }
        self.read_usage(|span| &span.ended);
        self.counters.iter().rev().for_each(CounterSpan::end);
    }

    fn read_usage(&self, side: impl Fn(&Span) -> &AtomicU64) {
        if self.page_faults.is_none() && self.context_switches.is_none() {
            return;
        }
        let usage = crate::usage::own();
        if let Some(span) = &self.page_faults {
            let faults = usage.map_or(NEVER, |usage| usage.minor_faults + usage.major_faults);
            side(span).store(faults, Ordering::Release);
        }
        if let Some(span) = &self.context_switches {
            side(span).store(usage.map_or(NEVER, |usage| usage.context_switches), Ordering::Release);
        }
    }

    fn reading(&self, metric: Metric) -> Result<f64, &'static str> {
        let unread = Err("it was never read");
        match metric {
            Metric::CpuTime => self.process_cpu.as_ref().map_or(unread, Span::seconds),
            Metric::ThreadCpuTime => {
                if self.thread.begun.load(Ordering::Acquire) != self.thread.ended.load(Ordering::Acquire) {
                    return Err("the region was opened on one thread and closed on another");
                }
                self.thread_cpu.as_ref().map_or(unread, Span::seconds)
            }
            Metric::PageFaults => self.page_faults.as_ref().map_or(unread, |span| span.between().map(|n| n as f64)),
            Metric::ContextSwitches => {
                self.context_switches.as_ref().map_or(unread, |span| span.between().map(|n| n as f64))
            }
            _ => self.counters.iter().find(|counter| counter.metric == metric).map_or(unread, CounterSpan::count),
        }
    }
}

/// A number that differs between threads that live at the same time, without a system call.
fn this_thread() -> u64 {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark) as u64)
}

#[cfg(unix)]
fn process_cpu_ns() -> u64 {
    crate::sys::clock_ns(crate::sys::ClockId::ProcessCpu)
}

#[cfg(unix)]
fn thread_cpu_ns() -> u64 {
    crate::sys::clock_ns(crate::sys::ClockId::ThreadCpu)
}

#[cfg(not(unix))]
fn process_cpu_ns() -> u64 {
    NEVER
}

#[cfg(not(unix))]
fn thread_cpu_ns() -> u64 {
    NEVER
}
