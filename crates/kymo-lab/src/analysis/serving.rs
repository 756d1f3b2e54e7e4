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
    /// A row for each server.
    pub rows: Vec<ServeRow>,
    /// Index of the row that the others are compared with: the first server that was measured.
    pub base: usize,
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
    /// Answers a second where the generator was the limit of every load: the server can do at least this, and how much
    /// more is not known. The median over its loads.
    pub at_least: Option<f64>,
    /// The system calls of an answer by name, where they were counted.
    pub calls: Option<String>,
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
    let places = group.benchmarks.iter().flat_map(|benchmark| (0..run.plan.variants.len()).map(|v| (*benchmark, v)));
    let places: Vec<(usize, usize)> =
        places.filter(|place| !of(index, *place).any(|one| is_repeated(&one.outcome))).collect();
    // The first that can serve the test at all: a base line may lack it.
    let base = places.iter().copied().find(|place| of(index, *place).any(|one| one.outcome.is_measured()));
    let base = base.or(places.first().copied()).unwrap_or_default();
    let rows = places.iter().map(|place| row(run, index, *place, base, settings)).collect();
    let invocations = group.benchmarks.iter().flat_map(|benchmark| &index[*benchmark]);
    let offered = invocations.filter_map(|one| one.settings.get(record::OFFERED)?.parse::<f64>().ok()).next();
    let base = places.iter().position(|place| *place == base).unwrap_or(0);
    ServeTable { name: group.name.clone(), test: group.test.clone(), offered, rows, base }
}

/// The invocations of a variant in a benchmark.
fn of<'a>(index: &[Vec<&'a Invocation>], place: (usize, usize)) -> impl Iterator<Item = &'a Invocation> {
    let own: Vec<&Invocation> = index[place.0].iter().copied().filter(|one| one.variant as usize == place.1).collect();
    own.into_iter()
}

fn is_repeated(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Unsupported { feature } if feature.starts_with(BESIDE))
}

fn row(
    run: &Run,
    index: &[Vec<&Invocation>],
    (benchmark, variant): (usize, usize),
    base: (usize, usize),
    settings: &Settings,
) -> ServeRow {
    let own: Vec<&Invocation> = of(index, (benchmark, variant)).collect();
    let cells = run.plan.metrics.iter().map(|metric| {
        let costs = |benchmark: usize| {
            let invocations = index[benchmark].iter().copied();
            Costs::of_invocations(run.plan.variants.len(), invocations, benchmark, Phase::Serve, *metric)
        };
        let mine = costs(benchmark);
        let paired = benchmark == base.0;
        let theirs = if paired { mine.clone() } else { costs(base.0) };
        let margin = settings.margin(&run.plan.benchmarks[benchmark].name, Phase::Serve, *metric);
        let compared = mine.variant(variant).zip(theirs.variant(base.1)).filter(|_| (benchmark, variant) != base);
        let judged = compared.and_then(|(mine, theirs)| {
            Judged::new((Phase::Serve, *metric), theirs, mine, paired, margin).map(Box::new)
        });
        (*metric, super::compare::cell(&index[benchmark], variant, mine.variant(variant), judged))
    });
    let of_variant = run.invocations.iter().filter(|one| one.variant as usize == variant);
    let serves_module = !of_variant.into_iter().any(|one| one.settings.contains_key(record::MODULE));
    let plan = &run.plan.benchmarks[benchmark];
    ServeRow {
        variant: run.plan.variants[variant].name.clone(),
        module_bytes: serves_module.then_some(plan.module_bytes),
        flavour: plan.flavour.clone().filter(|_| serves_module),
        cells: cells.collect(),
        verdicts: verdicts(&own),
        reasons: reasons(&own),
        at_least: at_least(&own),
        calls: own.iter().filter(|one| one.counting.is_some()).flat_map(|one| one.notes.first().cloned()).next(),
    }
}

fn verdicts(own: &[&Invocation]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for verdict in own.iter().filter(|one| one.round > 0).filter_map(|one| one.settings.get(record::VERDICT)) {
        *counts.entry(verdict.clone()).or_insert(0) += 1;
    }
    counts
}

fn at_least(own: &[&Invocation]) -> Option<f64> {
    let loads = own.iter().filter(|one| one.round > 0 && one.counting.is_none());
    let mut achieved = Vec::new();
    for load in loads {
        if load.settings.get(record::VERDICT)? != "client-limited" {
            return None;
        }
        achieved.push(load.settings.get(record::ACHIEVED)?.parse::<f64>().ok()?);
    }
    achieved.sort_unstable_by(f64::total_cmp);
    achieved.get(achieved.len() / 2).copied()
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
