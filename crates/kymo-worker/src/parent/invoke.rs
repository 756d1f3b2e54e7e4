//! One invocation: a fresh worker process, one benchmark, one outcome.

use super::conversation::{Break, Conversation, Excess};
use super::opening::{self, Stop};
use super::process::Start;
use super::{WorkerProgram, judge};
use crate::protocol::{Absent, Measure, Measured, Open, PhasePlan, Request, Response};
use kymo_measure::memory;
use kymo_measure::process::Tree;
use kymo_measure::root::Root;
use kymo_measure::steal::StealWatch;
use kymo_model::{
    Bytes, Metric, ModuleHash, Outcome, Phase, Samples, Seconds, ServePlan, ServeTest, Settings, Share, Value,
    Verification,
};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// How much longer an invocation may take under callgrind: it runs code 50 to 100 times slower (valgrind's manual).
const SIMULATION_SLOWDOWN: u32 = 100;

/// What an invocation may use; more of it ends the invocation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Time from the worker's start to its last answer.
    pub timeout: Seconds,
    /// Resident memory of the worker.
    pub memory_max: Bytes,
    /// Size of the guest's standard output and error, each.
    pub output_max: Bytes,
}

/// What one invocation is to do.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// The worker.
    pub program: WorkerProgram,
    /// The build id that the plan saw; another one means that the worker was rebuilt meanwhile.
    pub build_id: String,
    /// What to open.
    pub open: Open,
    /// What to measure.
    pub measure: Measure,
    /// The metrics of the process's lifetime to measure, from outside; none where that phase is not asked for.
    pub lifetime: Vec<Metric>,
    /// What it may use.
    pub limits: Limits,
    /// Length of the environment variable that shifts the stack.
    pub padding_bytes: usize,
    /// The logical processor that instantiating and executing are kept to; compiling never is.
    pub cpu: Option<u32>,
    /// Whether the worker runs under callgrind, for `instructions_simulated`.
    pub simulated: bool,
    /// What is asked of a server, where one is measured.
    pub serving: Option<ServingOrder>,
}

/// What is asked of a server in one invocation.
#[derive(Clone, Debug, PartialEq)]
pub struct ServingOrder {
    /// The requests; the rate is no share of another any more.
    pub test: ServeTest,
    /// How the load is made.
    pub plan: ServePlan,
    /// Whether the server runs the benchmark's module, or is a program of its own.
    pub runs_module: bool,
    /// Whether the answers are held against every rule of the test, which takes seconds, or to a glance.
    pub thorough: bool,
    /// Whether system calls are counted, and nothing is timed.
    pub count_syscalls: bool,
    /// Seed of the arrivals.
    pub seed: u64,
}

/// What an invocation gave.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What became of it. The expected output is not checked here, but all iterations agreed.
    pub outcome: Outcome,
    /// The samples; empty unless measured.
    pub samples: Vec<Samples>,
    /// The verification value, where the guest ran to its end.
    pub verification: Option<Verification>,
    /// Every setting as the worker resolved it.
    pub settings: Settings,
    /// Metrics that could not be had, with the reason.
    pub notes: Vec<String>,
    /// SHA-256 of the machine code, if the engine shows it.
    pub code_sha256: Option<ModuleHash>,
    /// From spawn to exit.
    pub duration: Seconds,
    /// Share of processor time that the hypervisor took away meanwhile, where the machine says and it took long enough.
    pub steal: Option<Share>,
}

impl Report {
    /// A report of an invocation that needed no process; its outcome is to be filled in.
    pub fn empty() -> Self {
        Self {
            outcome: Outcome::Measured,
            samples: Vec::new(),
            verification: None,
            settings: Settings::new(),
            notes: Vec::new(),
            code_sha256: None,
            duration: Seconds::new(0.0),
            steal: None,
        }
    }
}

/// A way to carry out invocations. It has two sides: real processes, and the made-up ones of the lab's tests.
pub trait Invoker {
    /// Carries out one invocation. Whatever goes wrong is an outcome.
    fn invoke(&mut self, order: &Order) -> Report;
}

/// Invocations as worker processes.
#[derive(Clone, Debug, Default)]
pub struct ProcessInvoker {
    /// Set from outside to end the invocation under way; its outcome is then of no meaning.
    pub interrupt: Arc<AtomicBool>,
}

impl Invoker for ProcessInvoker {
    fn invoke(&mut self, order: &Order) -> Report {
        let started = Instant::now();
        let strategy = Some(order.open.strategy.as_str());
        for output in [&order.open.stdout, &order.open.stderr] {
            // What a guest before this one wrote is not this one's excess. Usually there is none.
            let _ = std::fs::remove_file(output);
        }
        let scratch = Path::new(&order.open.stdout).parent().unwrap_or(Path::new(""));
        let simulation = order.simulated.then(|| scratch.join("callgrind.out"));
        let start = Start {
            program: &order.program.path,
            strategy,
            settings: &order.open.settings,
            padding_bytes: order.padding_bytes,
            simulation: simulation.as_deref(),
            cpus: &[],
        };
        match Conversation::start(&start) {
            Ok(conversation) => {
                let interrupt = Arc::clone(&self.interrupt);
                Invocation { order, conversation, settings: Settings::new(), notes: Vec::new(), interrupt }.run()
            }
            Err(error) => {
                let message = format!("cannot start {}: {error}", order.program.path.display());
                let duration = started.elapsed().into();
                Report { outcome: Outcome::Failed { message }, duration, ..Report::empty() }
            }
        }
    }
}

struct Invocation<'a> {
    order: &'a Order,
    conversation: Conversation,
    settings: Settings,
    notes: Vec<String>,
    interrupt: Arc<AtomicBool>,
}

impl Invocation<'_> {
    fn run(mut self) -> Report {
        let started = self.conversation.started();
        let steal = StealWatch::start();
        let answer = self.converse(started + self.order.limits.timeout.to_duration() * self.slowdown());
        let peak_rss = memory::peak_rss_bytes(self.conversation.pid());
        let mut samples = Vec::new();
        let mut verification = None;
        let mut code_sha256 = None;
        let mut notes = std::mem::take(&mut self.notes);
        let outcome = match answer {
            Ok(measured) => match judge::checked_samples(&measured, self.order) {
                Ok(checked) => {
                    samples = checked;
                    notes.extend(measured.absent.iter().map(|a| format!("{}: {}", a.metric, a.reason)));
                    verification = measured.verification;
                    code_sha256 = measured.code_sha256;
                    self.close()
                }
                Err(message) => self.end_with(Outcome::Failed { message }),
            },
            Err(Stop::Outcome(outcome)) => self.end_with(outcome),
            Err(Stop::Broke(cause)) => self.broke(&cause),
        };
        let end = self.conversation.finish();
        let ended_at = end.as_ref().map_or_else(|_| Instant::now(), |end| end.at);
        let duration: Seconds = ended_at.duration_since(started).into();
        let steal = steal.finish();
        if !outcome.is_measured() {
            samples.clear();
        } else {
            let usage = end.ok().map(|end| end.usage);
            samples.extend(lifetime(&self.order.lifetime, duration, usage, peak_rss));
        }
        Report { outcome, samples, verification, settings: self.settings, notes, code_sha256, duration, steal }
    }

    fn converse(&mut self, deadline: Instant) -> Result<Measured, Stop> {
        let limits = self.order.limits;
        let (stdout, stderr) = (self.order.open.stdout.clone(), self.order.open.stderr.clone());
        let interrupt = Arc::clone(&self.interrupt);
        // A worker that starts processes uses little itself: what they use is to be watched.
        let starts = self.order.measure.phases.iter().any(|plan| plan.phase == Phase::Lifetime);
        let mut tree = starts.then(|| Tree::new(Root::live(), self.conversation.pid()));
        let mut watch = move |pid: u32| {
            let interrupted = interrupt.load(Ordering::Relaxed).then_some(Excess::Interrupted);
            let started = tree.as_mut().map_or(0, |tree| tree.members().filter_map(memory::rss_bytes).sum());
            let memory = (started > limits.memory_max.get()).then_some(Excess::Memory);
            interrupted.or(memory).or_else(|| exceeded(pid, &limits, [&stdout, &stderr]))
        };
        self.settings = opening::open(&mut self.conversation, self.order, deadline, &mut watch)?;
        let (Some(cpu), measure) = (self.order.cpu, &self.order.measure) else {
            return self.measure(self.order.measure.clone(), deadline, &mut watch);
        };
        // The code is made first, on every processor that the engine likes: a compiler's helpers, started by a thread
        // that is kept to one processor, would stay on it with that thread. A process that the worker starts would be
        // kept to it with all its threads.
        let (free, kept): (Vec<PhasePlan>, Vec<PhasePlan>) =
            measure.phases.iter().partition(|plan| matches!(plan.phase, Phase::Compile | Phase::Lifetime));
        let part = |phases| Measure { phases, metrics: measure.metrics.clone() };
        let nothing_to_compile = free.is_empty();
        let compiled = self.measure(part(free), deadline, &mut watch)?;
        if kept.is_empty() {
            return Ok(compiled);
        }
        if let Err(error) = super::sys::pin(self.conversation.pid(), cpu) {
            self.notes.push(format!("not kept to logical processor {cpu}: {error}"));
        }
        let executed = self.measure(part(kept), deadline, &mut watch)?;
        Ok(if nothing_to_compile { executed } else { joined(compiled, executed) })
    }

    fn measure(
        &mut self,
        measure: Measure,
        deadline: Instant,
        watch: &mut dyn FnMut(u32) -> Option<Excess>,
    ) -> Result<Measured, Stop> {
        match self.conversation.ask(&Request::Measure(measure), deadline, watch)? {
            Response::Result(measured) => {
                // A guest faster than the watch may have exceeded a limit all the same.
                let order = self.order;
                let outputs = [order.open.stdout.as_str(), order.open.stderr.as_str()];
                if let Some(excess) = exceeded(self.conversation.pid(), &order.limits, outputs) {
                    return Err(Stop::Broke(Break::Limit(excess)));
                }
                Ok(measured)
            }
            Response::Failure(failure) => Err(Stop::Outcome(failure.outcome)),
            _ => Err(Stop::Broke(Break::Garbage("'measure' was answered by neither 'result' nor 'failure'".into()))),
        }
    }

    fn close(&mut self) -> Outcome {
        opening::close(&mut self.conversation)
    }

    fn end_with(&mut self, outcome: Outcome) -> Outcome {
        // The process is of no further use; how it ends does not matter.
        let _ = self.conversation.kill();
        outcome
    }

    fn broke(&mut self, cause: &Break) -> Outcome {
        let given = self.order.limits;
        let limits = Limits { timeout: Seconds::new(given.timeout.get() * f64::from(self.slowdown())), ..given };
        let outcome = opening::broke(&mut self.conversation, cause, &limits);
        if self.order.simulated { judge::simulated(outcome) } else { outcome }
    }

    /// How many times longer than usual it may take.
    fn slowdown(&self) -> u32 {
        if self.order.simulated { SIMULATION_SLOWDOWN } else { 1 }
    }
}

/// Two answers of one worker as one.
fn joined(first: Measured, mut second: Measured) -> Measured {
    second.samples.splice(0..0, first.samples);
    second.absent.extend(first.absent);
    let given = |absent: &Absent| second.samples.iter().any(|samples| samples.metric == absent.metric);
    second.absent.retain(|absent| !given(absent));
    second.absent.sort_by_key(|absent| absent.metric);
    second.absent.dedup_by_key(|absent| absent.metric);
    second
}

pub(super) fn exceeded(pid: u32, limits: &Limits, outputs: [&str; 2]) -> Option<Excess> {
    // A process that has just ended has no memory to read: not an excess.
    if memory::rss_bytes(pid).is_some_and(|rss| rss > limits.memory_max.get()) {
        return Some(Excess::Memory);
    }
    let written = |path: &&str| Path::new(path).metadata().is_ok_and(|data| data.len() > limits.output_max.get());
    outputs.iter().any(written).then_some(Excess::Output)
}

fn lifetime(
    metrics: &[Metric],
    duration: Seconds,
    usage: Option<super::sys::Usage>,
    peak_rss: Option<u64>,
) -> Vec<Samples> {
    let value = |metric: Metric| match metric {
        Metric::WallTime => Some(duration.get()),
        Metric::CpuTime => usage.map(|usage| usage.cpu.get()),
        Metric::PageFaults => usage.map(|usage| usage.page_faults as f64),
        Metric::ContextSwitches => usage.map(|usage| usage.context_switches as f64),
        // Not ru_maxrss: that starts at the size of the process that forked, our own.
        Metric::PeakRss => peak_rss.map(|bytes| bytes as f64),
        _ => None,
    };
    let sample = |metric: &Metric| {
        let values = vec![Value::new(value(*metric)?)];
        Some(Samples { phase: Phase::Lifetime, metric: *metric, warmup: 0, values })
    };
    metrics.iter().filter_map(sample).collect()
}
