//! One line on standard error that says how far a run has come. Only on a terminal.

use crate::render::units::duration;
use kymo_lab::conduct::Step;
use kymo_model::{Run, Seconds, StopRule};
use std::io::Write;
use std::time::{Duration, Instant};

/// How often the line changes at most: more often would be work beside the measurements.
const INTERVAL: Duration = Duration::from_millis(200);

/// The progress line.
pub struct Progress {
    shown: bool,
    enabled: bool,
    last: Option<Instant>,
    started: Instant,
    invocations_before: usize,
}

impl Progress {
    /// A line that is shown if `enabled`, for a run that has `invocations_before` invocations already.
    pub fn new(enabled: bool, invocations_before: usize) -> Self {
        Self { shown: false, enabled, last: None, started: Instant::now(), invocations_before }
    }

    /// Shows what is running.
    pub fn show(&mut self, run: &Run, step: &Step) {
        if !self.enabled || self.last.is_some_and(|last| last.elapsed() < INTERVAL) {
            return;
        }
        self.last = Some(Instant::now());
        let line = line(run, step, self.started.elapsed().into(), self.invocations_before);
        // A terminal that cannot be written to is no reason to stop measuring.
        let _ = write!(std::io::stderr(), "\r\x1b[2K{line}");
        self.shown = true;
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        if self.shown {
            let _ = write!(std::io::stderr(), "\r\x1b[2K");
            self.shown = false;
        }
    }
}

fn line(run: &Run, step: &Step, elapsed: Seconds, before: usize) -> String {
    let plan = &run.plan;
    let what = plan.benchmarks.get(step.benchmark).map_or("", |benchmark| benchmark.name.as_str());
    let variant = plan.variants.get(step.variant).map_or("", |variant| variant.name.as_str());
    let closed = run.closed.len();
    let open = plan.benchmarks.len() - closed;
    let round = match step.round {
        0 => "calibrating".to_owned(),
        round => match plan.stop {
            StopRule::Rounds { rounds } => format!("round {round} of {rounds}"),
            StopRule::Precision { rounds_max, .. } => format!("round {round}, at most {rounds_max}"),
        },
    };
    let done = run.invocations.len().saturating_sub(before);
    let left = time_left(run, step, elapsed, done, open);
    let left = left.map_or(String::new(), |left| format!(", at most {} left", duration(left)));
    let total = plan.benchmarks.len();
    format!("{round}, {closed} of {total} benchmarks done{left}: {what} on {variant}")
}

/// The time left if nothing closes before its end: an upper bound once rounds have begun.
fn time_left(run: &Run, step: &Step, elapsed: Seconds, done: usize, open: usize) -> Option<Seconds> {
    if done == 0 || step.round == 0 {
        return None;
    }
    let (rounds_max, budget) = match run.plan.stop {
        StopRule::Rounds { rounds } => (rounds, None),
        StopRule::Precision { rounds_max, budget, .. } => (rounds_max, budget),
    };
    let invocations = f64::from(rounds_max.saturating_sub(step.round) + 1) * (open * run.plan.variants.len()) as f64;
    let by_rounds = elapsed.get() / done as f64 * invocations;
    let by_budget = budget.map(|budget| (budget - elapsed).get().max(0.0));
    Some(Seconds::new(by_budget.map_or(by_rounds, |by_budget| by_budget.min(by_rounds))))
}
