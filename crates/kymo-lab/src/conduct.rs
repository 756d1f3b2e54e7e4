//! Carrying out a plan: calibration, then rounds, the whole suite interleaved, until every benchmark is closed.

use crate::setup::{EngineSetup, Setup};
use crate::state::BenchmarkState;
use crate::{calibration, counting, stopping, verify};
use kymo_measure::clock::Clock;
use kymo_model::{Close, Invocation, Metric, Outcome, Phase, Plan, Run, RunState, Seconds, StopRule, Verification};
use kymo_worker::parent::{Invoker, Limits, Order, Report};
use kymo_worker::protocol::{Dir, Measure, Open, PhasePlan};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::btree_map::Entry;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// Longest environment variable that shifts the stack, in bytes: more than a page, so that every alignment comes about.
const PADDING_BYTES_MAX: usize = 4096;

/// Who is told how a run goes, as it goes: the store, a progress line.
pub trait Observer {
    /// An invocation is about to start.
    fn starting(&mut self, run: &Run, step: &Step);
    /// An invocation is done and is the last one in the run. It is to be on disk when this returns.
    fn invoked(&mut self, run: &Run);
    /// A benchmark was closed.
    fn closed(&mut self, run: &Run, benchmark: usize);
}

/// Files for the guest's output, used by one invocation after the other.
#[derive(Clone, Debug)]
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Files in this folder, which exists and is ours alone.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn stdout(&self) -> PathBuf {
        self.folder.join("stdout")
    }

    fn stderr(&self) -> PathBuf {
        self.folder.join("stderr")
    }
}

/// What is invoked next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Index of the benchmark.
    pub benchmark: usize,
    /// Index of the variant.
    pub variant: usize,
    /// The round, 0 for calibration.
    pub round: u32,
}

/// Everything that carrying out a plan needs.
pub struct Conductor<'a> {
    /// The workers and what is known of the modules.
    pub setup: &'a Setup,
    /// How invocations are carried out.
    pub invoker: &'a mut dyn Invoker,
    /// The clock for budgets and start times.
    pub clock: &'a dyn Clock,
    /// Who is told.
    pub observer: &'a mut dyn Observer,
    /// Set from outside to stop: no further invocation is started, and one that it cut short is not recorded.
    pub interrupt: &'a AtomicBool,
    /// Files for the guest's output.
    pub scratch: Scratch,
}

impl Conductor<'_> {
    /// Carries out what is left of the run's plan, and sets its state. Resuming is the same call on a run that has
    /// invocations already.
    pub fn run(&mut self, run: &mut Run) {
        run.state = RunState::Running;
        run.closed.retain(|_, close| *close != Close::Interrupted);
        let mut states = self.catch_up(run);
        let clock = RunClock::new(self.clock, run);
        self.beforehand(run, &mut states, &clock);
        self.count(run, &mut states, &clock);
        if counting::has_rounds(&run.plan) {
            self.calibrate(run, &mut states, &clock);
            self.rounds(run, &mut states, &clock);
        } else {
            self.close_counted(run, &states);
        }
        run.state = RunState::Finished;
        for (index, state) in states.iter().enumerate() {
            if !run.closed.contains_key(&(index as u32)) {
                let close = if state.is_live() { Close::Interrupted } else { Close::Failed };
                if close == Close::Interrupted {
                    run.state = RunState::Interrupted;
                }
                run.closed.insert(index as u32, close);
            }
        }
    }

    /// The states after the run's last invocation. The looks are made again in their places: how wide a benchmark was
    /// at its last look decides what comes next, and a run that was killed may have lost what a look had closed.
    fn catch_up(&mut self, run: &mut Run) -> Vec<BenchmarkState> {
        let (seed, variants) = (run.plan.seed, run.plan.variants.len());
        let mut states: Vec<BenchmarkState> =
            (0..run.plan.benchmarks.len()).map(|index| BenchmarkState::new(seed, index, variants)).collect();
        for position in 0..run.invocations.len() {
            let benchmark = run.invocations[position].benchmark as usize;
            let Some(state) = states.get_mut(benchmark) else { continue };
            if state.note(position, &run.invocations[position]) {
                self.look(run, state, benchmark);
            }
        }
        states
    }

    fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Records the outcomes that need no process.
    fn beforehand(&mut self, run: &mut Run, states: &mut [BenchmarkState], clock: &RunClock) {
        for (benchmark, state) in states.iter_mut().enumerate() {
            for variant in 0..run.plan.variants.len() {
                if state.calibrated[variant] {
                    continue;
                }
                if let Some(outcome) = self.setup.outcome_beforehand(&run.plan, benchmark, variant) {
                    let step = Step { benchmark, variant, round: 0 };
                    let report = Report { outcome, ..Report::empty() };
                    self.record(run, state, step, None, (report, clock.elapsed()));
                }
            }
        }
    }

    /// Counts what is counted apart from the rounds, before them: it takes no part in the budget.
    fn count(&mut self, run: &mut Run, states: &mut [BenchmarkState], clock: &RunClock) {
        counting::note_absent(run, self.setup);
        for (benchmark, state) in states.iter_mut().enumerate() {
            for count in counting::due(&run.plan, self.setup, &state.live, benchmark) {
                if self.interrupted() {
                    return;
                }
                if counting::is_done(run, benchmark, &count) {
                    continue;
                }
                let step = Step { benchmark, variant: count.variant, round: count.repetition };
                let order = counting::order(self.order(run, step, count.phases.clone()), &count, self.setup);
                if !self.carry_out(run, state, step, order, Some(count.metric), clock) {
                    return;
                }
            }
        }
    }

    /// Closes what needs no rounds.
    fn close_counted(&mut self, run: &mut Run, states: &[BenchmarkState]) {
        for (benchmark, state) in states.iter().enumerate() {
            if state.is_live() && !self.interrupted() {
                self.close(run, benchmark, Close::Rounds);
            }
        }
    }

    fn calibrate(&mut self, run: &mut Run, states: &mut [BenchmarkState], clock: &RunClock) {
        for (benchmark, state) in states.iter_mut().enumerate() {
            while let Some(variant) = state.next_to_calibrate() {
                if self.interrupted() || run.closed.contains_key(&(benchmark as u32)) {
                    break;
                }
                let phases = calibration::first_phases(&run.plan, benchmark);
                self.step(run, state, Step { benchmark, variant, round: 0 }, phases, clock);
            }
            if !state.is_live() {
                self.close(run, benchmark, Close::Failed);
            }
        }
    }

    fn rounds(&mut self, run: &mut Run, states: &mut [BenchmarkState], clock: &RunClock) {
        let phases: Vec<Vec<PhasePlan>> = (0..states.len()).map(|index| planned_phases(run, index)).collect();
        while let Some(benchmark) = next_benchmark(run, states) {
            let state = &mut states[benchmark];
            // Every benchmark has a round, or nothing could be said of it; a round begun is finished.
            if state.rounds > 0 && !state.mid_round() && clock.budget_is_spent(run) {
                self.close(run, benchmark, Close::Budget);
                continue;
            }
            if !self.round(run, state, benchmark, &phases[benchmark], clock) {
                return;
            }
            self.look(run, state, benchmark);
        }
    }

    fn look(&mut self, run: &mut Run, state: &mut BenchmarkState, benchmark: usize) {
        let look = stopping::look(run, benchmark, state);
        state.width = look.half_width.unwrap_or(state.width);
        if let Some(close) = look.close {
            self.close(run, benchmark, close);
        }
    }

    /// One round of one benchmark; false if it was interrupted.
    fn round(
        &mut self,
        run: &mut Run,
        state: &mut BenchmarkState,
        benchmark: usize,
        phases: &[PhasePlan],
        clock: &RunClock,
    ) -> bool {
        let target = state.rounds + 1;
        while let Some((round, variant)) = state.next_in_round() {
            if round > target {
                break;
            }
            if self.interrupted() {
                return false;
            }
            if !self.step(run, state, Step { benchmark, variant, round }, phases.to_vec(), clock) {
                return false;
            }
        }
        true
    }

    /// One invocation; false if it was interrupted, and then nothing was recorded.
    fn step(
        &mut self,
        run: &mut Run,
        state: &mut BenchmarkState,
        step: Step,
        phases: Vec<PhasePlan>,
        clock: &RunClock,
    ) -> bool {
        let order = self.order(run, step, phases);
        self.carry_out(run, state, step, order, None, clock)
    }

    fn carry_out(
        &mut self,
        run: &mut Run,
        state: &mut BenchmarkState,
        step: Step,
        order: Order,
        counting: Option<Metric>,
        clock: &RunClock,
    ) -> bool {
        self.observer.starting(run, &step);
        let start = clock.elapsed();
        let mut order = order;
        let mut report = match crate::serving::serving_order(run, step, counting, &self.setup.engines[step.variant]) {
            Ok(serving) => {
                order.serving = serving;
                self.invoker.invoke(&order)
            }
            Err(outcome) => Report { outcome, ..Report::empty() },
        };
        if self.interrupted() && !report.outcome.is_measured() {
            return false;
        }
        if report.outcome.is_measured() {
            // A server's answers were held against their rule before anything was timed.
            let executed =
                order.serving.is_none() && order.measure.phases.iter().any(|plan| plan.phase >= Phase::Execute);
            report.outcome = match report.verification.as_ref() {
                // What was not verified was not measured, however good its samples look.
                None if executed => {
                    Outcome::Failed { message: "the worker gave no verification of what it ran".into() }
                }
                found => self.verified(run, state, step.benchmark, found),
            };
            if !report.outcome.is_measured() {
                report.samples.clear();
            }
        }
        report.outcome = verify::with_last_words(report.outcome, &self.scratch.stderr());
        self.record(run, state, step, counting, (report, start));
        true
    }

    fn verified(&self, run: &Run, state: &BenchmarkState, benchmark: usize, found: Option<&Verification>) -> Outcome {
        let first = state.first_verified.and_then(|position| {
            let invocation = run.invocations.get(position)?;
            let name = run.plan.variants.get(invocation.variant as usize)?.name.as_str();
            Some((name, invocation.verification.as_ref()?))
        });
        let (stdout, stderr) = (self.scratch.stdout(), self.scratch.stderr());
        verify::check(&run.plan.benchmarks[benchmark], found, (&stdout, &stderr), first)
    }

    fn record(
        &mut self,
        run: &mut Run,
        state: &mut BenchmarkState,
        step: Step,
        counting: Option<Metric>,
        (report, start): (Report, Seconds),
    ) {
        let metrics = offered(&run.plan, &self.setup.engines[step.variant]);
        // Of a server all is measured from outside, whatever its worker gives.
        let asked = run.plan.metrics.iter().filter(|_| run.plan.serve.is_none());
        let not_offered = asked.filter(|metric| !metric.is_counted_apart() && !metrics.contains(metric));
        let not_offered = not_offered.map(|metric| format!("{metric}: this worker does not give it"));
        let invocation = Invocation {
            benchmark: step.benchmark as u32,
            variant: step.variant as u32,
            round: step.round,
            sequence: run.invocations.len() as u32,
            start,
            duration: report.duration,
            outcome: report.outcome,
            samples: report.samples,
            verification: report.verification,
            settings: report.settings,
            notes: report.notes.into_iter().chain(not_offered).collect(),
            code_sha256: report.code_sha256,
            counting,
            steal: report.steal,
        };
        state.note(run.invocations.len(), &invocation);
        run.invocations.push(invocation);
        self.observer.invoked(run);
    }

    fn close(&mut self, run: &mut Run, benchmark: usize, close: Close) {
        if let Entry::Vacant(open) = run.closed.entry(benchmark as u32) {
            open.insert(close);
            self.observer.closed(run, benchmark);
        }
    }

    fn order(&self, run: &Run, step: Step, phases: Vec<PhasePlan>) -> Order {
        let plan = &run.plan;
        let (benchmark, variant) = (&plan.benchmarks[step.benchmark], &plan.variants[step.variant]);
        let engine = &self.setup.engines[step.variant];
        let dirs = benchmark.dirs.iter().map(|(guest, host)| Dir {
            host: host.clone(),
            guest: guest.clone(),
            writable: false,
        });
        let open = Open {
            module: benchmark.path.clone(),
            sha256: benchmark.sha256.clone(),
            kind: benchmark.kind,
            strategy: variant.strategy.clone(),
            settings: variant.settings.clone(),
            region: benchmark.region.clone(),
            args: benchmark.args.clone(),
            env: benchmark.env.clone(),
            stdin: benchmark.stdin.clone(),
            native: benchmark.native.clone(),
            dirs: dirs.collect(),
            stdout: self.scratch.stdout().to_string_lossy().into_owned(),
            stderr: self.scratch.stderr().to_string_lossy().into_owned(),
            output_varies: benchmark.check == kymo_model::Check::None,
        };
        // Drawn from the seed and the place in the run, so that a resumed run draws what an uninterrupted one would.
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed ^ (run.invocations.len() as u64).rotate_left(32));
        let processes = engine.starts_processes();
        let phases = if processes {
            vec![PhasePlan { phase: Phase::Lifetime, warmup: 0, iterations: 1 }]
        } else {
            phases.into_iter().filter(|plan| engine.gives(plan.phase)).collect()
        };
        let outside = plan.phases.contains(&Phase::Lifetime) && !processes;
        Order {
            program: engine.program.clone(),
            build_id: engine.build_id.clone(),
            open,
            measure: Measure { phases, metrics: offered(plan, engine) },
            lifetime: if outside { plan.metrics.clone() } else { Vec::new() },
            limits: Limits { timeout: plan.timeout, memory_max: plan.memory_max, output_max: plan.output_max },
            padding_bytes: rng.random_range(0..PADDING_BYTES_MAX),
            cpu: plan.cpu(step.benchmark as u32, step.round),
            simulated: false,
            serving: None,
        }
    }
}

/// The benchmark whose round comes next: of those with the fewest rounds the widest, so that when the budget ends within
/// a pass, it has gone where it was needed most. Ties, as all are before the first look, go by the order of the suite.
/// It depends on nothing but the run so far, so a resumed run goes on where the pass was left; in the middle of a round
/// nothing has changed since that round was chosen, so it is chosen again.
fn next_benchmark(run: &Run, states: &[BenchmarkState]) -> Option<usize> {
    (0..states.len()).filter(|index| !run.closed.contains_key(&(*index as u32))).min_by(|a, b| {
        let (a, b) = (&states[*a], &states[*b]);
        a.rounds.cmp(&b.rounds).then(b.width.total_cmp(&a.width))
    })
}

/// The metrics of the plan that a worker offers and that are measured in rounds.
fn offered(plan: &Plan, engine: &EngineSetup) -> Vec<Metric> {
    let in_rounds = |metric: &Metric| engine.offers(*metric) && !metric.is_counted_apart();
    plan.metrics.iter().copied().filter(in_rounds).collect()
}

/// The phases of a benchmark's rounds, from its calibrating invocations.
fn planned_phases(run: &Run, benchmark: usize) -> Vec<PhasePlan> {
    let calibrations = run.invocations.iter().filter(move |invocation| {
        invocation.benchmark as usize == benchmark && invocation.round == 0 && invocation.outcome.is_measured()
    });
    calibration::phases(&run.plan, benchmark, calibrations)
}

/// Time since the start of the run; a resumed run goes on where its last invocation ended, the pause left out.
struct RunClock<'a> {
    clock: &'a dyn Clock,
    origin: std::time::Duration,
    before: Seconds,
}

impl<'a> RunClock<'a> {
    fn new(clock: &'a dyn Clock, run: &Run) -> Self {
        let before = run.invocations.last().map_or(Seconds::new(0.0), |last| last.start + last.duration);
        Self { clock, origin: clock.now(), before }
    }

    fn elapsed(&self) -> Seconds {
        self.before + self.clock.now().saturating_sub(self.origin).into()
    }

    fn budget_is_spent(&self, run: &Run) -> bool {
        match run.plan.stop {
            StopRule::Precision { budget: Some(budget), .. } => self.elapsed() >= budget,
            _ => false,
        }
    }
}
