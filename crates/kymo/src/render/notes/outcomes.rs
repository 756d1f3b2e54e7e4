//! Why something was not measured.

use super::listing;
use crate::render::{harmless, units};
use kymo_model::{Metric, Outcome, Run};
use std::collections::BTreeSet;

/// Lines of a reason that are shown; the run document has them all.
const REASON_LINES_MAX: usize = 6;

/// Benchmarks with one and the same outcome.
struct Group<'a> {
    variants: Vec<&'a str>,
    outcome: &'a Outcome,
    /// The metric that was being counted, apart from the rounds.
    counting: Option<Metric>,
    benchmarks: Vec<&'a str>,
}

/// A note for each distinct outcome, crashes first.
pub fn outcomes(run: &Run) -> Vec<String> {
    let mut groups = groups(run);
    groups.sort_by_key(|group| urgency(group.outcome));
    groups.iter().map(note).collect()
}

fn groups(run: &Run) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut seen = BTreeSet::new();
    for invocation in run.invocations.iter().filter(|invocation| !invocation.outcome.is_measured()) {
        // A table shows the first failure; what fails again each round is no news.
        if !seen.insert((invocation.benchmark, invocation.variant, invocation.counting)) {
            continue;
        }
        let benchmark = run.plan.benchmarks.get(invocation.benchmark as usize);
        let variant = run.plan.variants.get(invocation.variant as usize);
        let (Some(benchmark), Some(variant)) = (benchmark, variant) else { continue };
        let name = benchmark.name.as_str();
        let alike = |group: &&mut Group| {
            let same = (group.outcome, group.counting) == (&invocation.outcome, invocation.counting);
            same && group.variants == [variant.name.as_str()]
        };
        match groups.iter_mut().find(alike) {
            Some(group) => group.benchmarks.push(name),
            None => groups.push(Group {
                variants: vec![&variant.name],
                outcome: &invocation.outcome,
                counting: invocation.counting,
                benchmarks: vec![name],
            }),
        }
    }
    merged(groups)
}

/// Variants that fail alike on the same benchmarks share a note.
fn merged(groups: Vec<Group>) -> Vec<Group> {
    let mut merged: Vec<Group> = Vec::new();
    for group in groups {
        let alike = |other: &&mut Group| {
            let same = (other.outcome, other.counting) == (group.outcome, group.counting);
            same && other.benchmarks == group.benchmarks
        };
        match merged.iter_mut().find(alike) {
            Some(other) => other.variants.extend(&group.variants),
            None => merged.push(group),
        }
    }
    merged
}

fn urgency(outcome: &Outcome) -> u8 {
    match outcome {
        Outcome::Crashed { .. } => 0,
        Outcome::WrongOutput { .. } => 1,
        Outcome::Trapped { .. } | Outcome::Failed { .. } => 2,
        Outcome::TimedOut { .. } | Outcome::OutOfMemory { .. } => 3,
        Outcome::Invalid { .. } => 4,
        Outcome::Unsupported { .. } | Outcome::Measured => 5,
    }
}

fn note(group: &Group) -> String {
    let benchmarks = listing::names(group.benchmarks.iter().copied());
    let variants = listing::names(group.variants.iter().copied());
    let counting = group.counting.map(|metric| format!(" when {metric} was counted")).unwrap_or_default();
    let head = format!("{}{counting} on {variants}: {benchmarks}", group.outcome.label());
    let mut note = harmless::line(&head).into_owned();
    let reason: Vec<&str> = group.outcome.reason().lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    for line in reason.iter().take(REASON_LINES_MAX) {
        note.push_str("\n    ");
        note.push_str(&harmless::line(line));
    }
    if reason.len() > REASON_LINES_MAX {
        let more = units::counted(reason.len() - REASON_LINES_MAX, "more line");
        note.push_str(&format!("\n    … ({more} in the run document)"));
    }
    note
}
