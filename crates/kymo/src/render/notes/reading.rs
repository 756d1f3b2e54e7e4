//! How the figures are to be read.

use super::listing;
use crate::render::units;
use kymo_lab::analysis::{AgainstBase, Difference, Judged, Table};
use kymo_model::{Metric, Run, metric::Nature};
use kymo_stats::Method;
use std::collections::BTreeMap;

fn judged<'a>(tables: impl Iterator<Item = &'a Table>) -> impl Iterator<Item = (&'a str, &'a Judged)> {
    tables
        .flat_map(|table| &table.rows)
        .flat_map(|row| row.cells.iter().filter_map(|cell| Some((row.benchmark.as_str(), cell.judged()?))))
}

/// Noisy differences that have a verdict.
fn with_verdict<'a>(tables: &'a [Table], parts: &'a [AgainstBase]) -> impl Iterator<Item = (&'a str, &'a Judged)> {
    judged(tables.iter()).chain(parts.iter().flat_map(AgainstBase::judged)).filter(|(_, judged)| {
        let noisy = matches!(&judged.difference, Difference::Ratio(comparison) if comparison.method != Method::Exact);
        noisy && judged.verdict.is_some()
    })
}

/// What "same" means: the margin, and where the machine's floor makes it wider.
pub fn margins(tables: &[Table], parts: &[AgainstBase]) -> Option<String> {
    let mut of_margin: BTreeMap<String, (f64, Vec<&str>)> = BTreeMap::new();
    for (benchmark, judged) in with_verdict(tables, parts) {
        let delta = judged.margin.delta();
        let entry = of_margin.entry(units::share(delta)).or_insert_with(|| (delta, Vec::new()));
        entry.1.push(benchmark);
    }
    let mut margins: Vec<(String, (f64, Vec<&str>))> = of_margin.into_iter().collect();
    margins.sort_by_key(|(_, (_, benchmarks))| std::cmp::Reverse(benchmarks.len()));
    let ((usual, (delta, _)), others) = margins.split_first()?;
    let mut text = format!("\"same\" means: the 90 % interval lies within ±{usual}");
    for (margin, (other, benchmarks)) in others {
        let why = if other > delta { "the machine's floor there" } else { "less noise there" };
        let names = listing::names(listing::distinct(benchmarks.iter().copied()));
        text.push_str(&format!("; ±{margin}, {why}, for {names}"));
    }
    Some(text)
}

/// Intervals are not adjusted for their number, verdicts are.
pub fn per_benchmark(tables: &[Table], parts: &[AgainstBase]) -> Option<String> {
    (with_verdict(tables, parts).take(2).count() > 1)
        .then(|| "intervals hold per benchmark; verdicts allow for the number of comparisons in the report".to_owned())
}

/// What "same code" means. Where both sides are one build it goes without saying.
pub fn same_code(tables: &[Table], parts: &[AgainstBase]) -> Option<String> {
    let same = with_verdict(tables, parts).any(|(_, judged)| judged.same_code);
    same.then(|| {
        "\"same code\" means: both sides executed byte-identical machine code, so a difference is noise, or comes from \
         what surrounds the code"
            .to_owned()
    })
}

/// Engines count fuel differently.
pub fn fuel(run: &Run, tables: &[Table]) -> Option<String> {
    let mut of_fuel = judged(tables.iter().filter(|table| table.metric == Metric::Fuel));
    let engines = listing::distinct(run.plan.variants.iter().map(|variant| variant.engine.as_str()));
    (engines.len() > 1 && of_fuel.next().is_some())
        .then(|| "fuel: engines count it differently; compare it within an engine only".to_owned())
}

/// Series too short for the warm-up to be assessed.
pub fn not_assessed(run: &Run, tables: &[Table]) -> Option<String> {
    let mut phases = Vec::new();
    for table in tables.iter().filter(|table| table.metric.nature() == Nature::Noisy) {
        let has_series = run.invocations.iter().any(|invocation| {
            invocation.samples(table.phase, table.metric).is_some_and(|samples| samples.values.len() > 1)
        });
        if has_series && table.rows.iter().all(|row| !row.assessed) {
            phases.push(table.phase.name());
        }
    }
    let phases = listing::distinct(phases);
    let least = kymo_stats::warmup::ITERATIONS_FOR_ASSESSMENT;
    (!phases.is_empty()).then(|| {
        let phases = listing::names(phases);
        format!(
            "warm-up not assessed ({phases}): under {least} iterations an invocation, the suite's fixed discard holds"
        )
    })
}
