//! An invoker whose samples come from a model instead of a process.

use super::machine::{Disturbances, Machine};
use super::stage::hash;
use kymo_measure::clock::FakeClock;
use kymo_model::{Bytes, Metric, Outcome, Phase, Run, Samples, Seconds, Settings, Value, Verification};
use kymo_stats::simulate::draw::Draw;
use kymo_worker::parent::{Invoker, Order, Report};
use kymo_worker::protocol::PhasePlan;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How long invocations take. Standard deviations are of logarithms: 0.01 is 1 %.
#[derive(Clone, Debug)]
pub struct Model {
    pub seed: u64,
    /// An undisturbed iteration.
    pub iteration_s: f64,
    /// An invocation besides its iterations.
    pub start_s: f64,
    /// What a benchmark under a variant costs more, as a logarithm.
    pub effects: BTreeMap<(usize, usize), f64>,
    /// Spread between invocations.
    pub between_sd: f64,
    /// The same for single benchmarks.
    pub between_sd_of: BTreeMap<usize, f64>,
    /// Spread between the iterations of an invocation, and their lag-1 autocorrelation.
    pub within_sd: f64,
    pub within_phi: f64,
    /// With this probability an invocation has the other code layout, which costs so much more.
    pub other_layout: Option<(f64, f64)>,
    /// With this probability an iteration is a spike, exponential with this mean.
    pub spikes: Option<(f64, f64)>,
    /// What the first iterations of every invocation of a variant cost more, as a logarithm.
    pub warm_up: BTreeMap<usize, Vec<f64>>,
    pub machine: Machine,
    /// Whether the fuel varies, which it must not.
    pub fuel_varies: bool,
}

impl Default for Model {
    fn default() -> Self {
        Self {
            seed: 1,
            iteration_s: 0.001,
            start_s: 0.005,
            effects: BTreeMap::new(),
            between_sd: 0.0,
            between_sd_of: BTreeMap::new(),
            within_sd: 0.0,
            within_phi: 0.0,
            other_layout: None,
            spikes: None,
            warm_up: BTreeMap::new(),
            machine: Machine::Quiet,
            fuel_varies: false,
        }
    }
}

impl Model {
    /// Between and within processes 1 %, the noise of the statistics reference.
    pub fn noisy(seed: u64) -> Self {
        Self { seed, between_sd: 0.01, within_sd: 0.01, ..Self::default() }
    }
}

/// An order as it was received.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    pub benchmark: usize,
    pub variant: usize,
    pub phases: Vec<PhasePlan>,
    pub padding_bytes: usize,
    pub metrics: Vec<Metric>,
    pub simulated: bool,
    /// Whether the engine is told to count fuel.
    pub fuel: bool,
}

/// When the interrupt flag is set: while the invocation with this number runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interruption {
    pub during: usize,
    /// Whether the invocation is cut short by it, or ends well before it notices.
    pub cuts_short: bool,
}

/// An invoker that makes its samples up.
pub struct MadeUp {
    pub model: Model,
    pub log: Vec<Entry>,
    /// What becomes of the n-th invocation of a benchmark under a variant; the calibrating one is number 0.
    pub failures: BTreeMap<(usize, usize, usize), Outcome>,
    /// What the guest gives under a variant from its n-th invocation on, where it is not what all give.
    pub verifications: BTreeMap<(usize, usize), (usize, Option<Verification>)>,
    /// What the guest writes to standard output and standard error.
    pub output: Option<(String, String)>,
    pub interruption: Option<Interruption>,
    clock: Arc<FakeClock>,
    interrupt: Arc<AtomicBool>,
    disturbances: Disturbances,
    /// Invocations that were not cut short, in all and by benchmark and variant.
    done: usize,
    done_of: BTreeMap<(usize, usize), usize>,
}

impl MadeUp {
    pub fn new(model: Model, clock: Arc<FakeClock>, interrupt: Arc<AtomicBool>) -> Self {
        Self {
            disturbances: Disturbances::new(model.machine, model.seed),
            model,
            log: Vec::new(),
            failures: BTreeMap::new(),
            verifications: BTreeMap::new(),
            output: None,
            interruption: None,
            clock,
            interrupt,
            done: 0,
            done_of: BTreeMap::new(),
        }
    }

    /// Goes on after the invocations of `run`, as if it had made them.
    pub fn go_on_after(&mut self, run: &Run) {
        self.done = 0;
        self.done_of.clear();
        for invocation in run.invocations.iter().filter(|invocation| invocation.duration.get() > 0.0) {
            self.done += 1;
            *self.done_of.entry((invocation.benchmark as usize, invocation.variant as usize)).or_default() += 1;
        }
    }

    fn report(&mut self, order: &Order, benchmark: usize, variant: usize, number: usize) -> Report {
        let model = &self.model;
        let mut draw = Draw::new(model.seed, &format!("invocation {}", self.done));
        let between_sd = model.between_sd_of.get(&benchmark).copied().unwrap_or(model.between_sd);
        let mut level = model.iteration_s.ln() + model.effects.get(&(benchmark, variant)).copied().unwrap_or(0.0);
        level += self.disturbances.at(self.done) + between_sd * draw.normal();
        if let Some((probability, more)) = model.other_layout {
            level += if draw.happens(probability) { more } else { 0.0 };
        }
        let mut samples = Vec::new();
        let mut spent_s = model.start_s;
        for plan in &order.measure.phases {
            let times = iterations(model, &mut draw, variant, plan, level);
            spent_s += times.iter().sum::<f64>();
            samples.extend(order.measure.metrics.iter().filter_map(|metric| {
                let values = values(model, &mut draw, *metric, variant, &times)?;
                let values = values.into_iter().map(Value::new).collect();
                Some(Samples { phase: plan.phase, metric: *metric, warmup: plan.warmup, values })
            }));
        }
        let duration = Duration::from_secs_f64(spent_s);
        if order.lifetime.contains(&Metric::WallTime) {
            let values = vec![Value::new(duration.as_secs_f64())];
            samples.push(Samples { phase: Phase::Lifetime, metric: Metric::WallTime, warmup: 0, values });
        }
        let executed = order.measure.phases.iter().any(|plan| plan.phase == Phase::Execute);
        let verification = match self.verifications.get(&(benchmark, variant)) {
            Some((from, other)) if number >= *from => other.clone(),
            _ => executed.then(right),
        };
        let settings = Settings::new();
        Report {
            outcome: Outcome::Measured,
            samples,
            verification,
            settings,
            notes: Vec::new(),
            code_sha256: None,
            duration: duration.into(),
            steal: None,
        }
    }
}

/// The verification that all invocations give unless told otherwise.
pub fn right() -> Verification {
    Verification { exit_code: 0, stdout_sha256: hash(1), stdout_bytes: Bytes::new(5), result: Some("42".to_owned()) }
}

fn iterations(model: &Model, draw: &mut Draw, variant: usize, plan: &PhasePlan, level: f64) -> Vec<f64> {
    let count = (plan.warmup + plan.iterations) as usize;
    let phase = match plan.phase {
        Phase::Compile => 0.5_f64.ln(),
        Phase::Instantiate => 0.1_f64.ln(),
        Phase::Execute | Phase::Serve | Phase::Lifetime => 0.0,
    };
    let noise = draw.autoregressive(count, model.within_phi);
    let warm_up = model.warm_up.get(&variant).map_or(&[][..], Vec::as_slice);
    noise
        .into_iter()
        .enumerate()
        .map(|(number, noise)| {
            let spike = match model.spikes {
                Some((probability, mean)) if draw.happens(probability) => mean * draw.exponential(),
                _ => 0.0,
            };
            let cold = warm_up.get(number).copied().unwrap_or(0.0);
            (level + phase + model.within_sd * noise + cold + spike).exp()
        })
        .collect()
}

fn values(model: &Model, draw: &mut Draw, metric: Metric, variant: usize, times: &[f64]) -> Option<Vec<f64>> {
    let each = |value: &mut dyn FnMut() -> f64| times.iter().map(|_| value()).collect::<Vec<f64>>();
    match metric {
        Metric::WallTime => Some(times.to_vec()),
        Metric::CpuTime => Some(times.iter().map(|time| 0.9 * time * (0.02 * draw.normal()).exp()).collect()),
        Metric::PageFaults => Some(each(&mut || (2.0 * draw.normal()).round().max(0.0))),
        Metric::CodeSize => Some(each(&mut || 4096.0 + 64.0 * variant as f64)),
        Metric::Fuel if model.fuel_varies => Some(each(&mut || 1e6 + draw.below(1000) as f64)),
        Metric::Fuel => Some(each(&mut || 1e6)),
        Metric::InstructionsSimulated => Some(each(&mut || 3e6 + variant as f64)),
        _ => None,
    }
}

impl Invoker for MadeUp {
    fn invoke(&mut self, order: &Order) -> Report {
        let number_of = |text: &str| text[1..].parse::<usize>().expect("modules are b0, b1 …, strategies v0, v1 …");
        let (benchmark, variant) = (number_of(&order.open.module), number_of(&order.open.strategy));
        let entry = Entry {
            benchmark,
            variant,
            phases: order.measure.phases.clone(),
            padding_bytes: order.padding_bytes,
            metrics: order.measure.metrics.clone(),
            simulated: order.simulated,
            fuel: order.open.settings.get("fuel").is_some_and(|fuel| fuel == "on"),
        };
        self.log.push(entry);
        if let Some(interruption) = self.interruption.filter(|one| one.during == self.done) {
            self.interrupt.store(true, Ordering::SeqCst);
            if interruption.cuts_short {
                let outcome = Outcome::Failed { message: "interrupted".to_owned() };
                return Report { outcome, duration: Seconds::new(0.001), ..Report::empty() };
            }
        }
        if let Some((stdout, stderr)) = &self.output {
            std::fs::write(&order.open.stdout, stdout).expect("the scratch folder can be written to");
            std::fs::write(&order.open.stderr, stderr).expect("the scratch folder can be written to");
        }
        let number = self.done_of.get(&(benchmark, variant)).copied().unwrap_or(0);
        let report = match self.failures.get(&(benchmark, variant, number)) {
            Some(outcome) => Report { outcome: outcome.clone(), duration: Seconds::new(0.125), ..Report::empty() },
            None => self.report(order, benchmark, variant, number),
        };
        self.done += 1;
        *self.done_of.entry((benchmark, variant)).or_default() += 1;
        self.clock.advance(report.duration.to_duration());
        report
    }
}
