//! Why something was not measured.

use super::listing;
use crate::render::{harmless, units};
use kymo_model::{Check, Metric, Outcome, Run};
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
    /// Whether nothing but the first output says what is right.
    compared_with_itself: bool,
}

/// Why something was not measured, in words that are safe to show.
pub struct Unmeasured<'a> {
    /// The outcome.
    pub outcome: &'a Outcome,
    /// What happened, on which variants, to which benchmarks.
    pub head: String,
    /// The lines of its reason, not all of them where they are many.
    pub reason: Vec<String>,
}

/// A note for each distinct outcome, crashes first.
pub fn outcomes(run: &Run) -> Vec<String> {
    let join = |one: Unmeasured| one.reason.iter().fold(one.head, |note, line| format!("{note}\n    {line}"));
    unmeasured(run, |_| true).into_iter().map(join).collect()
}

/// Each distinct outcome of the variants that are asked for, by index; crashes first.
pub fn unmeasured(run: &Run, asked: impl Fn(usize) -> bool) -> Vec<Unmeasured<'_>> {
    let mut groups = groups(run, asked);
    groups.sort_by_key(|group| urgency(group.outcome));
    groups.iter().map(told).collect()
}

fn groups(run: &Run, asked: impl Fn(usize) -> bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut seen = BTreeSet::new();
    let failed = run.invocations.iter().filter(|invocation| !invocation.outcome.is_measured());
    for invocation in failed.filter(|invocation| asked(invocation.variant as usize)) {
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
                compared_with_itself: benchmark.check == Check::Stable,
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

fn told<'a>(group: &Group<'a>) -> Unmeasured<'a> {
    let benchmarks = listing::names(group.benchmarks.iter().copied());
    let variants = listing::names(group.variants.iter().copied());
    let counting = group.counting.map(|metric| format!(" when {metric} was counted")).unwrap_or_default();
    let head = format!("{}{counting} on {variants}: {benchmarks}", group.outcome.label());
    let all: Vec<&str> = group.outcome.reason().lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    let shown = all.iter().take(REASON_LINES_MAX);
    let mut reason: Vec<String> = shown.map(|line| harmless::line(line).into_owned()).collect();
    if all.len() > REASON_LINES_MAX {
        let more = units::counted(all.len() - REASON_LINES_MAX, "more line");
        reason.push(format!("… ({more} in the run document)"));
    }
    let other_output = matches!(group.outcome, Outcome::WrongOutput { message } if !message.starts_with("exit code"));
    if group.compared_with_itself && other_output {
        reason.push("no expected output is known; --output-varies allows another one each time".to_owned());
    }
    Unmeasured { outcome: group.outcome, head: harmless::line(&head).into_owned(), reason }
}
