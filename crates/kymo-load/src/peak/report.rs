//! What came of a search for a peak.

use super::PeakSpec;
use super::bisection::Found;
use super::slo::Slo;
use crate::VerdictKind;
use kymo_stats::estimate::INVOCATIONS_FOR_INTERVAL;
use schemars::JsonSchema;
use serde::Serialize;

/// What came of a search for a peak. All rates are in requests a second, all times in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct PeakReport {
    /// Version of this form: 1.
    pub schema: u32,
    /// The objective.
    pub slo: Slo,
    /// The highest rate that meets it: the geometric mean over the searches; absent where no rate did.
    pub rate: Option<f64>,
    /// Its 95 % interval over the searches (Student's t on logarithms); absent for fewer than five.
    pub interval: Option<Range>,
    /// Whether the generator was the limit in a search: the server's peak is then this rate or higher.
    pub at_least: bool,
    /// Whether it was interrupted: searches that had not come to their end are not among `searches`.
    pub interrupted: bool,
    /// What every search found.
    pub searches: Vec<SearchReport>,
    /// Every step, in the order in which it was taken.
    pub steps: Vec<StepReport>,
    /// What else a reader must know, a sentence each.
    pub notes: Vec<String>,
}

/// An interval of rates.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Range {
    /// Its lower end.
    pub lo: f64,
    /// Its upper end.
    pub hi: f64,
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct SearchReport {
    /// The highest rate that met the objective; absent where none did.
    pub rate: Option<f64>,
    /// Whether higher rates could not be tried, since the generator was the limit.
    pub at_least: bool,
}

/// A step: one load at one rate.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StepReport {
    /// The search that asked for it, from 1; 0 is the pilot, which only looks for where the others begin.
    pub search: u32,
    /// The rate that was offered.
    pub rate: f64,
    /// What came of it.
    pub outcome: StepOutcome,
    /// Every demand of the objective.
    pub demands: Vec<Demand>,
    /// The rate that was answered as expected.
    pub achieved: f64,
    /// Length of the step's window.
    pub window_s: f64,
    /// The load's own verdict.
    pub verdict: VerdictKind,
    /// Why it did not pass, a sentence each.
    pub reasons: Vec<String>,
}

/// A demand of the objective, and what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Demand {
    /// The demand, as p99<10ms.
    pub objective: String,
    /// What was measured.
    pub value_s: f64,
    /// Whether that is a lower bound, since requests were left without an answer.
    pub lower_bound: bool,
    /// Whether it was met.
    pub met: bool,
}

/// What came of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StepOutcome {
    /// The objective was met.
    Met,
    /// The server did not meet it.
    Missed,
    /// The generator was the limit: this says nothing of the server.
    ClientLimited,
    /// Something else disturbed the machine, and the objective was missed.
    Disturbed,
}

/// Sums up what the searches found.
pub fn report(peak: &PeakSpec, found: &[Found], interrupted: bool, steps: Vec<StepReport>) -> PeakReport {
    let searches: Vec<SearchReport> = found
        .iter()
        .map(|found| match *found {
            Found::Nothing => SearchReport { rate: None, at_least: false },
            Found::Peak(rate) => SearchReport { rate: Some(rate), at_least: false },
            Found::AtLeast(rate) => SearchReport { rate: Some(rate), at_least: true },
        })
        .collect();
    let rates: Vec<f64> = searches.iter().filter_map(|search| search.rate).collect();
    let estimate = kymo_stats::estimate(&rates);
    let at_least = searches.iter().any(|search| search.at_least);
    let notes = notes(peak, &searches, interrupted, &steps);
    PeakReport {
        schema: 1,
        slo: peak.slo.clone(),
        rate: estimate.map(|estimate| estimate.geometric_mean()),
        // Lower bounds have no interval around them.
        interval: estimate
            .filter(|_| !at_least)
            .and_then(|one| one.interval())
            .map(|range| Range { lo: range.lo, hi: range.hi }),
        at_least,
        interrupted,
        searches,
        steps,
        notes,
    }
}

/// What else a reader must know.
fn notes(peak: &PeakSpec, searches: &[SearchReport], interrupted: bool, steps: &[StepReport]) -> Vec<String> {
    let rates = searches.iter().filter(|search| search.rate.is_some()).count();
    let at_least = searches.iter().any(|search| search.at_least);
    let mut notes = Vec::new();
    if interrupted {
        let met = steps.iter().filter(|step| step.outcome == StepOutcome::Met).map(|step| step.rate);
        let met = match met.max_by(f64::total_cmp) {
            Some(rate) => format!("the highest rate that met {} until then is {rate:.0} requests/s", peak.slo),
            None => format!("no rate had met {} until then", peak.slo),
        };
        notes.push(format!("interrupted: {} of {} searches came to their end; {met}", searches.len(), peak.searches));
    }
    if rates == 0 && !interrupted {
        notes.push(format!("no rate met {}", peak.slo));
    } else if rates < searches.len() {
        notes.push(format!(
            "{} of {} searches found no rate that met {}",
            searches.len() - rates,
            searches.len(),
            peak.slo
        ));
    } else if rates > 0 && rates < INVOCATIONS_FOR_INTERVAL {
        notes.push(format!("no interval: it takes {INVOCATIONS_FOR_INTERVAL} searches"));
    }
    let count = |outcome| steps.iter().filter(|step| step.outcome == outcome).count();
    if at_least {
        let why = match (count(StepOutcome::ClientLimited), count(StepOutcome::Disturbed)) {
            (_, 0) => "the generator was the limit",
            (0, _) => "something else disturbed the machine at higher rates",
            _ => "the generator was the limit or something else disturbed the machine at higher rates",
        };
        notes.push(format!("{why}: the server's peak is this rate or higher"));
    }
    for (outcome, what) in [
        (
            StepOutcome::ClientLimited,
            "steps missed the objective while the generator was the limit; they do not count as the server's failing",
        ),
        (
            StepOutcome::Disturbed,
            "steps missed the objective while something else disturbed the machine; they were taken again",
        ),
    ] {
        if count(outcome) > 0 {
            notes.push(format!("{what}: {}", count(outcome)));
        }
    }
    notes
}
