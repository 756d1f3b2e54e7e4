//! The state of a run: its noise, its remarks, what it lacks and how it ended.

use super::listing;
use crate::render::{harmless, units};
use kymo_lab::analysis::{Cell, Table};
use kymo_model::{Close, Metric, Run, RunState};

/// Why the run may be called noisy, a line each.
pub fn noise(run: &Run) -> Vec<String> {
    run.noise.iter().map(|noise| format!("noisy: {}", harmless::line(&noise.message))).collect()
}

/// Variants that are one build with one strategy and the same settings: an A/A comparison, meant or not.
pub fn same_builds(run: &Run) -> Vec<String> {
    let mut notes = Vec::new();
    if run.imported.is_some() {
        // Other tools do not say which build they ran.
        return notes;
    }
    let mut told = vec![false; run.plan.variants.len()];
    for first in 0..run.plan.variants.len() {
        if told[first] {
            continue;
        }
        let alike: Vec<usize> =
            (first..run.plan.variants.len()).filter(|&other| same_build(run, first, other)).collect();
        if alike.len() < 2 {
            continue;
        }
        for &one in &alike {
            told[one] = true;
        }
        let names = listing::names(alike.iter().map(|&one| run.plan.variants[one].name.as_str()));
        let sides = if alike.len() == 2 { "both sides" } else { "all of these" };
        notes.push(format!("A/A: {sides} are the same build ({names}): any difference is noise"));
    }
    notes
}

fn same_build(run: &Run, a: usize, b: usize) -> bool {
    let (Some(engine_a), Some(engine_b)) = (run.engines.get(a), run.engines.get(b)) else { return false };
    let (variant_a, variant_b) = (&run.plan.variants[a], &run.plan.variants[b]);
    engine_a.name == engine_b.name
        && engine_a.build_id == engine_b.build_id
        && variant_a.strategy == variant_b.strategy
        && variant_a.settings == variant_b.settings
}

/// The remarks of the run, and those of its invocations that are about no metric, each once.
pub fn remarks(run: &Run) -> Vec<String> {
    let of_invocations = run.invocations.iter().flat_map(|invocation| &invocation.notes);
    // Of servers the notes stand below their tables, with the server's name.
    let of_invocations = of_invocations.filter(|note| run.plan.serve.is_none() && about_metric(note).is_none());
    let all = listing::distinct(run.notes.iter().chain(of_invocations).map(String::as_str));
    all.into_iter().map(|note| harmless::line(note).into_owned()).collect()
}

/// The metric that a note of the form `cycles: reason` is about.
fn about_metric(note: &str) -> Option<(Metric, &str)> {
    let (name, reason) = note.split_once(':')?;
    Some((name.trim().parse().ok()?, reason.trim()))
}

/// Metrics that were asked for and not given, with the reason, once.
pub fn absent(run: &Run, tables: &[Table]) -> Vec<String> {
    let mut notes = Vec::new();
    for metric in run.plan.metrics.iter().copied() {
        let reasons = reasons(run, metric);
        if reasons.is_empty() {
            let lacks = !tables.iter().any(|table| table.metric == metric && is_measured(table));
            let measured =
                run.invocations.iter().any(|invocation| invocation.round > 0 && invocation.outcome.is_measured());
            if lacks && measured && !run.notes.iter().any(|note| about_metric(note).is_some_and(|it| it.0 == metric)) {
                notes.push(format!("{metric} is absent: nothing gave a sample of it"));
            }
        }
        for (reason, variants) in reasons {
            let everywhere = variants.len() == run.plan.variants.len();
            let place = if everywhere { String::new() } else { format!(" for {}", listing::names(variants)) };
            notes.push(harmless::line(&format!("{metric} is absent{place}: {reason}")).into_owned());
        }
    }
    notes
}

fn is_measured(table: &Table) -> bool {
    table.rows.iter().flat_map(|row| &row.cells).any(|cell| matches!(cell, Cell::Measured { .. }))
}

/// The reasons that invocations gave for the absence of a metric, each with the variants it holds for.
fn reasons(run: &Run, metric: Metric) -> Vec<(&str, Vec<&str>)> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for invocation in &run.invocations {
        let Some(variant) = run.plan.variants.get(invocation.variant as usize) else { continue };
        for (about, reason) in invocation.notes.iter().filter_map(|note| about_metric(note)) {
            if about != metric {
                continue;
            }
            let place = reasons.iter().position(|(known, _)| *known == reason).unwrap_or_else(|| {
                reasons.push((reason, Vec::new()));
                reasons.len() - 1
            });
            if !reasons[place].1.contains(&variant.name.as_str()) {
                reasons[place].1.push(&variant.name);
            }
        }
    }
    reasons
}

/// Why the benchmarks were closed, and how many are not.
pub fn closed(run: &Run) -> Option<String> {
    let mut parts = Vec::new();
    let mut of_kind: Vec<(&str, Vec<&str>)> = Vec::new();
    for (close, word) in [
        (Close::Precise, "precise"),
        (Close::Rounds, "rounds"),
        (Close::Budget, "budget"),
        (Close::Failed, "failed"),
        (Close::Interrupted, "interrupted"),
    ] {
        let benchmarks = run.closed.iter().filter(|(_, why)| **why == close);
        let names = benchmarks.filter_map(|(index, _)| name(run, *index));
        of_kind.push((word, names.collect()));
    }
    of_kind.retain(|(_, names)| !names.is_empty());
    let most = of_kind.iter().map(|(_, names)| names.len()).max().unwrap_or(0);
    for (word, names) in &of_kind {
        let count = units::grouped(names.len() as f64, 0);
        // The commonest reason needs no names: it is that of all others.
        if of_kind.len() == 1 || names.len() == most && names.len() > 1 {
            parts.push(format!("{word} {count}"));
        } else {
            parts.push(format!("{word} {count} ({})", listing::names(names.iter().copied())));
        }
    }
    let open = run.plan.benchmarks.len().saturating_sub(run.closed.len());
    let mut sentences = Vec::new();
    if !parts.is_empty() {
        sentences.push(format!("why benchmarks were closed: {}", parts.join(", ")));
    }
    if open > 0 {
        let why = if run.state == RunState::Interrupted { ": the run was interrupted" } else { "" };
        sentences.push(format!("{} still open{why}", units::counted(open, "benchmark")));
    }
    (!sentences.is_empty()).then(|| sentences.join("; "))
}

fn name(run: &Run, benchmark: u32) -> Option<&str> {
    run.plan.benchmarks.get(benchmark as usize).map(|benchmark| benchmark.name.as_str())
}
