//! Servers against the base line: for each test and rate, a row for each server.
//!
//! A server is a variant with a flavour of the test. Within a benchmark the rounds make pairs; between flavours orders
//! were drawn apart, and the processes are the unit, as in [`super::flavours`].

use super::costs::Costs;
use super::judged::{Judged, Settings, judge};
use super::table::{Cell, by_benchmark};
use crate::serving::record;
use crate::setup::BESIDE;
use kymo_model::{Bytes, Invocation, Metric, Outcome, Phase, Run, ServeRate, ServeTest};
use std::collections::BTreeMap;

/// A test at a rate.
#[derive(Clone, Debug, PartialEq)]
pub struct ServeTable {
    /// Name of the test, without flavour and rate.
    pub name: String,
    /// What is asked.
    pub test: ServeTest,
    /// Requests a second that were planned, where they were.
    pub offered: Option<f64>,
    /// A row for each server, the base line first.
    pub rows: Vec<ServeRow>,
}

/// A server in a table.
#[derive(Clone, Debug, PartialEq)]
pub struct ServeRow {
    /// The variant.
    pub variant: String,
    /// The flavour of the test; `None` for a server that runs no module.
    pub flavour: Option<String>,
    /// Size of its module.
    pub module_bytes: Option<Bytes>,
    /// What was measured of each metric of the run.
    pub cells: BTreeMap<Metric, Cell>,
    /// How often each verdict was given on its load.
    pub verdicts: BTreeMap<String, usize>,
    /// The reasons that loads were not valid, each once.
    pub reasons: Vec<String>,
}

/// The tables of a run in which servers were measured; none for other runs.
pub fn serving(run: &Run, settings: &Settings) -> Vec<ServeTable> {
    if run.plan.serve.is_none() {
        return Vec::new();
    }
    let index = by_benchmark(run);
    let mut tables: Vec<ServeTable> =
        groups(run).into_iter().map(|group| table(run, &index, &group, settings)).collect();
    let cells = tables.iter_mut().flat_map(|table| &mut table.rows).flat_map(|row| row.cells.values_mut());
    let mut family: Vec<&mut Judged> = cells.filter_map(Cell::judged_mut).collect();
    judge(&mut family, settings.alpha);
    tables
}

/// The flavours of a test at a rate.
struct Group {
    name: String,
    test: ServeTest,
    /// Indices of the benchmarks.
    benchmarks: Vec<usize>,
}

fn groups(run: &Run) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (index, benchmark) in run.plan.benchmarks.iter().enumerate() {
        let Some(test) = &benchmark.serve else { continue };
        let name = benchmark.parts().base;
        match groups.iter_mut().find(|group| group.name == name && group.test == *test) {
            Some(group) => group.benchmarks.push(index),
            None => groups.push(Group { name, test: test.clone(), benchmarks: vec![index] }),
        }
    }
    // Tests in the order of the suite, within each the peak first and then rates as they grow.
    let order: Vec<String> = groups.iter().map(|group| group.name.clone()).collect();
    let place = |name: &str| order.iter().position(|known| known == name);
    groups.sort_by_key(|group| {
        let rate = match group.test.rate {
            ServeRate::Peak => (0, 0),
            ServeRate::OfBase(percent) => (1, u64::from(percent)),
            ServeRate::PerSecond(rate) => (2, rate),
        };
        (place(&group.name), rate)
    });
    groups
}

fn table(run: &Run, index: &[Vec<&Invocation>], group: &Group, settings: &Settings) -> ServeTable {
    let mut rows = Vec::new();
    for &benchmark in &group.benchmarks {
        for variant in 0..run.plan.variants.len() {
            let own: Vec<&Invocation> =
                index[benchmark].iter().copied().filter(|one| one.variant as usize == variant).collect();
            if own.iter().any(|one| is_repeated(&one.outcome)) {
                continue;
            }
            rows.push(row(run, index, (benchmark, variant), group.benchmarks[0], &own, settings));
        }
    }
    let invocations = group.benchmarks.iter().flat_map(|benchmark| &index[*benchmark]);
    let offered = invocations.filter_map(|one| one.settings.get(record::OFFERED)?.parse::<f64>().ok()).next();
    ServeTable { name: group.name.clone(), test: group.test.clone(), offered, rows }
}

fn is_repeated(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Unsupported { feature } if feature.starts_with(BESIDE))
}

fn row(
    run: &Run,
    index: &[Vec<&Invocation>],
    (benchmark, variant): (usize, usize),
    base: usize,
    own: &[&Invocation],
    settings: &Settings,
) -> ServeRow {
    let cells = run.plan.metrics.iter().map(|metric| {
        let costs = |benchmark: usize| {
            let invocations = index[benchmark].iter().copied();
            Costs::of_invocations(run.plan.variants.len(), invocations, benchmark, Phase::Serve, *metric)
        };
        let mine = costs(benchmark);
        let theirs = if benchmark == base { mine.clone() } else { costs(base) };
        let is_base = benchmark == base && variant == 0;
        let margin = settings.margin(&run.plan.benchmarks[benchmark].name, Phase::Serve, *metric);
        let compared = mine.variant(variant).zip(theirs.variant(0)).filter(|_| !is_base);
        let judged = compared.and_then(|(mine, theirs)| {
            Judged::new((Phase::Serve, *metric), theirs, mine, benchmark == base, margin).map(Box::new)
        });
        (*metric, super::compare::cell(&index[benchmark], variant, mine.variant(variant), judged))
    });
    let serves_module = !own.iter().any(|one| one.settings.contains_key(record::MODULE));
    let plan = &run.plan.benchmarks[benchmark];
    let module = plan.flavour.clone().filter(|_| serves_module);
    ServeRow {
        variant: run.plan.variants[variant].name.clone(),
        module_bytes: serves_module.then_some(plan.module_bytes),
        flavour: module,
        cells: cells.collect(),
        verdicts: verdicts(own),
        reasons: reasons(own),
    }
}

fn verdicts(own: &[&Invocation]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for verdict in own.iter().filter(|one| one.round > 0).filter_map(|one| one.settings.get(record::VERDICT)) {
        *counts.entry(verdict.clone()).or_insert(0) += 1;
    }
    counts
}

fn reasons(own: &[&Invocation]) -> Vec<String> {
    let mut reasons: Vec<String> = Vec::new();
    let invalid = own.iter().filter(|one| one.settings.get(record::VERDICT).is_some_and(|verdict| verdict != "valid"));
    for note in invalid.flat_map(|one| &one.notes) {
        if !reasons.contains(note) {
            reasons.push(note.clone());
        }
    }
    reasons
}
