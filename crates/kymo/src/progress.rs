//! How far a run has come: one line on a terminal's standard error that changes, or lines for a program that watches.

use crate::render::harmless;
use crate::render::units::duration;
use crate::status_line::StatusLine;
use kymo_lab::conduct::Step;
use kymo_model::{Run, Seconds, StopRule};
use std::io::Write;
use std::time::{Duration, Instant};

/// How often the line changes at most: more often would be work beside the measurements.
const INTERVAL: Duration = Duration::from_millis(200);

/// How often a line for a program is written at most.
const LINES_INTERVAL: Duration = Duration::from_secs(1);

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    /// Not at all.
    Nothing,
    /// One line that changes, for a person.
    Line,
    /// Lines `kymo-progress PART TEXT`, for a program; PART is from 0 to 1.
    Lines,
}

/// The progress line.
pub struct Progress {
    status: StatusLine,
    how: Show,
    last: Option<Instant>,
    started: Instant,
    invocations_before: usize,
}

impl Progress {
    /// Progress shown so, for a run that has `invocations_before` invocations already.
    pub fn new(how: Show, invocations_before: usize) -> Self {
        Self { status: StatusLine::default(), how, last: None, started: Instant::now(), invocations_before }
    }

    /// Shows what is running.
    pub fn show(&mut self, run: &Run, step: &Step) {
        let interval = match self.how {
            Show::Nothing => return,
            Show::Line => INTERVAL,
            Show::Lines => LINES_INTERVAL,
        };
        if self.last.is_some_and(|last| last.elapsed() < interval) {
            return;
        }
        self.last = Some(Instant::now());
        let elapsed = self.started.elapsed().into();
        let line = line(run, step, elapsed, self.invocations_before);
        if self.how == Show::Lines {
            let _ = writeln!(std::io::stderr(), "kymo-progress {:.4} {}", part(run, elapsed), harmless::line(&line));
            return;
        }
        self.status.show(|_| line);
    }

    /// Takes the line away.
    pub fn clear(&mut self) {
        self.status.clear();
    }
}

/// The part of the run that is done, from 0 to 1: of the rounds or of the budget, whichever is nearer to its end.
fn part(run: &Run, elapsed: Seconds) -> f64 {
    let plan = &run.plan;
    let (rounds_max, budget) = match plan.stop {
        StopRule::Rounds { rounds } => (rounds, None),
        StopRule::Precision { rounds_max, budget, .. } => (rounds_max, budget),
    };
    let every = f64::from(rounds_max) * (plan.benchmarks.len() * plan.variants.len()).max(1) as f64;
    let measured = run.invocations.iter().filter(|invocation| invocation.round > 0).count() as f64;
    let closed = run.closed.len() as f64 / plan.benchmarks.len().max(1) as f64;
    let spent = budget.map_or(0.0, |budget| elapsed.get() / budget.get());
    (measured / every.max(1.0)).max(closed).max(spent).clamp(0.0, 1.0)
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
