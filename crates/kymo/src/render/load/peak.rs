//! The search for a peak, for people.

use super::super::{harmless, units};
use super::rate;
use kymo_load::peak::{PeakReport, StepOutcome, StepReport};
use kymo_model::Unit;

/// A step in a line.
pub fn step(step: &StepReport) -> String {
    let outcome = match step.outcome {
        StepOutcome::Met => "met",
        StepOutcome::Missed => "missed",
        StepOutcome::ClientLimited => "client-limited",
        StepOutcome::Disturbed => "disturbed",
    };
    let figures = step.demands.iter().map(|demand| {
        let bound = if demand.lower_bound { "≥ " } else { "" };
        let name = demand.objective.split('<').next().unwrap_or_default();
        format!("{name} {bound}{}", units::quantity(demand.value_s, Unit::Second))
    });
    let who = if step.search == 0 { "pilot".to_owned() } else { format!("search {}", step.search) };
    let reasons = match step.outcome {
        StepOutcome::Met => String::new(),
        _ => format!(": {}", step.reasons.join("; ")),
    };
    let text =
        format!("{who:<9} {:>12}  {outcome:<14} {}{reasons}", rate(step.rate), figures.collect::<Vec<_>>().join(", "));
    harmless::line(&text).into_owned()
}

/// What the search came to.
pub fn text(url: &str, report: &PeakReport) -> String {
    let mut out = format!("{}\n\n", harmless::line(url));
    let searches = match report.searches.len() {
        1 => "1 search".to_owned(),
        several => format!("{several} searches"),
    };
    out.push_str(&match report.rate {
        None if report.interrupted => "peak: not known, the search was interrupted\n".to_owned(),
        None => format!("peak: none with {}\n", report.slo),
        Some(peak) => {
            let at_least = if report.at_least { "at least " } else { "" };
            let interval = report.interval.map_or(String::new(), |range| {
                format!(", 95 % interval {} to {}", rate(range.lo.round()), rate(range.hi.round()))
            });
            format!("peak: {at_least}{} with {}{interval} ({searches})\n", rate(peak.round()), report.slo)
        }
    });
    let found = report.searches.iter().enumerate().map(|(number, search)| {
        let found = search.rate.map_or("none".to_owned(), |found| rate(found.round()));
        let at_least = if search.at_least { " or more" } else { "" };
        format!("  search {}: {found}{at_least}\n", number + 1)
    });
    out.extend(found);
    out.extend(report.notes.iter().map(|note| format!("note: {}\n", harmless::line(note))));
    out
}
