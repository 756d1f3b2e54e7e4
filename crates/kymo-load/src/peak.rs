//! The highest rate at which a server meets an objective, found and not picked: several searches by bisection, their
//! steps interleaved, and an interval over what they found.
//!
//! A step passes when the server kept up with the offered rate, its backlog did not grow, and every demand of the
//! objective was met. A step at which the generator was the limit says nothing of the server, and is never counted as
//! its failing.

mod bisection;
mod report;
mod slo;
mod step;

pub use report::{PeakReport, Range, SearchReport, StepOutcome, StepReport};
pub use slo::{Measure, Objective, Slo};

use crate::{Load, LoadSpec, Profile, Schedule, Segment};
use bisection::{Bisection, Found, Told};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A search for a peak.
#[derive(Clone, Debug, PartialEq)]
pub struct PeakSpec {
    /// What must be met.
    pub slo: Slo,
    /// Where the search begins, in requests a second.
    pub start: f64,
    /// Independent searches.
    pub searches: u32,
    /// How near what passes and what does not must come, relative: 0.02 for 2 %.
    pub resolution: f64,
    /// The lowest and the highest rate that are tried, in requests a second.
    pub bounds: (f64, f64),
    /// A step takes no longer than this: at low rates a high percentile needs longer than anybody waits.
    pub step_max: Duration,
}

/// How near the search that only looks for a place to begin comes.
const PILOT_RATIO: f64 = 1.2;

/// How often a step that something else disturbed is taken again.
const RETRIES: u32 = 2;

/// Looks for the peak. `spec` says all but the rate; its duration is the least length of a step. `run` puts one load;
/// `seen` is told of every step. When `interrupt` is set the search ends with what it has.
///
/// # Errors
/// Those of `run`.
pub fn peak<E>(
    spec: &LoadSpec,
    peak: &PeakSpec,
    interrupt: &AtomicBool,
    run: &mut dyn FnMut(&LoadSpec) -> Result<Load, E>,
    seen: &mut dyn FnMut(&StepReport),
) -> Result<PeakReport, E> {
    let mut stage = Stage { spec, peak, interrupt, run, seen, steps: Vec::new() };
    let ratio = 1.0 + peak.resolution;
    let mut pilot = Bisection::new(peak.start, 2.0, PILOT_RATIO.max(ratio), peak.bounds);
    while let Some(rate) = pilot.ask() {
        let Some(told) = stage.step(0, rate)? else { break };
        pilot.tell(rate, told);
    }
    let start = match pilot.found() {
        Found::Nothing => None,
        Found::Peak(rate) | Found::AtLeast(rate) => Some(rate),
    };
    // Where nothing passed, no other search will fare better.
    let count = if start.is_some() { peak.searches } else { 0 };
    let one = Bisection::new(start.unwrap_or(peak.start), ratio * ratio, ratio, peak.bounds);
    let mut searches = vec![one; count as usize];
    // One step of each in turn: what disturbs the machine for a while disturbs them all.
    while !stage.interrupted() && searches.iter().any(|search| search.ask().is_some()) {
        for (number, search) in searches.iter_mut().enumerate() {
            if let Some(rate) = search.ask()
                && let Some(told) = stage.step(number as u32 + 1, rate)?
            {
                search.tell(rate, told);
            }
        }
    }
    let over = searches.iter().filter(|search| search.ask().is_none());
    let found: Vec<Found> = over.map(Bisection::found).collect();
    Ok(report::report(peak, &found, stage.interrupted(), stage.steps))
}

/// What the searches share.
struct Stage<'a, E> {
    spec: &'a LoadSpec,
    peak: &'a PeakSpec,
    interrupt: &'a AtomicBool,
    run: &'a mut dyn FnMut(&LoadSpec) -> Result<Load, E>,
    seen: &'a mut dyn FnMut(&StepReport),
    steps: Vec<StepReport>,
}

impl<E> Stage<'_, E> {
    fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Tries a rate for a search (0 is the pilot); `None` when it was interrupted.
    fn step(&mut self, search: u32, rate: f64) -> Result<Option<Told>, E> {
        let mut told = Told::Untried;
        for _ in 0..=RETRIES {
            if self.interrupted() {
                return Ok(None);
            }
            let spec = self.at(rate);
            let load = (self.run)(&spec)?;
            if self.interrupted() {
                return Ok(None);
            }
            let step = step::judge(search, rate, &self.peak.slo, &load);
            (self.seen)(&step);
            let outcome = step.outcome;
            self.steps.push(step);
            told = match outcome {
                StepOutcome::Met => return Ok(Some(Told::Passed)),
                StepOutcome::Missed => return Ok(Some(Told::Failed)),
                StepOutcome::Disturbed | StepOutcome::ClientLimited => Told::Untried,
            };
        }
        Ok(Some(told))
    }

    /// The load of a step: long enough for the highest percentile of the objective.
    fn at(&self, rate: f64) -> LoadSpec {
        let needed = Duration::try_from_secs_f64(self.peak.slo.requests() as f64 / rate).unwrap_or(Duration::MAX);
        let duration = self.spec.duration.max(needed.min(self.peak.step_max));
        let profile = Profile { segments: vec![Segment { from: rate, to: rate, duration }] };
        let schedule = match &self.spec.schedule {
            Schedule::Poisson(_) => Schedule::Poisson(profile),
            Schedule::PerConnection { .. } => Schedule::PerConnection { rate },
            Schedule::Constant(_) | Schedule::Closed => Schedule::Constant(profile),
        };
        // Another seed for each step: one unlucky row of arrivals must not decide all of them.
        let seed = self.spec.seed.wrapping_add(self.steps.len() as u64);
        LoadSpec { schedule, duration, seed, ..self.spec.clone() }
    }
}
