//! The flavours of a run's benchmarks against the base flavour that their suite names, on every variant of the run:
//! run time and size, compilation, and what others published.

use super::compare::{Comparable, Compared, Sides, finish};
use super::judged::{Difference, Judged, Settings};
use super::module_sizes::{Sizes, base_of, program};
use super::table::{Cell, Row, Table};
use kymo_model::{Benchmark, Lack, Metric, Phase, Published, PublishedOf, Reference, Run, Unit, metric::Nature};

/// The flavours of some programs against one base flavour.
#[derive(Clone, Debug, PartialEq)]
pub struct AgainstBase {
    /// The base flavour.
    pub base: String,
    /// Names of the run's variants: the engines.
    pub variants: Vec<String>,
    /// Phase and metric of the ratios of run times; `None` where nothing was to be executed.
    pub run_time: Option<(Phase, Metric)>,
    /// Metric of the ratios of compile times; `None` where compiling was not measured.
    pub compile_time: Option<Metric>,
    /// Whether the size of the machine code was asked for.
    pub code_size: bool,
    /// A row for each program and each of its flavours but the base.
    pub rows: Vec<FlavourRow>,
}

/// One flavour of a program against its base.
#[derive(Clone, Debug, PartialEq)]
pub struct FlavourRow {
    /// The benchmark's name without a flavour.
    pub program: String,
    /// The flavour.
    pub flavour: String,
    /// Sizes of the modules' files.
    pub module: Sizes,
    /// The same without what both have in common; `None` where the suite names no such module, or a flavour is not
    /// larger than it.
    pub without_baseline: Option<Sizes>,
    /// The benchmark whose module is taken for what both have in common.
    pub baseline: Option<String>,
    /// What others published of this flavour.
    pub published: Vec<Published>,
    /// For each variant of the run, what was measured there.
    pub on: Vec<OnVariant>,
}

/// What one variant gave for a flavour and its base.
#[derive(Clone, Debug, PartialEq)]
pub struct OnVariant {
    /// Run time.
    pub run_time: Pair,
    /// Time of compiling.
    pub compile_time: Pair,
    /// Size of the machine code.
    pub code_size: Pair,
}

/// The cells of the base flavour and of the other; the second has the comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Pair {
    /// The base flavour's.
    pub base: Cell,
    /// The flavour's own.
    pub own: Cell,
}

impl Pair {
    /// The flavour's cost over the base flavour's: the ratio of the comparison, and where there are too few processes
    /// for one, that of the geometric means.
    pub fn ratio(&self) -> Option<f64> {
        match (self.own.judged().map(|judged| &judged.difference), &self.base, &self.own) {
            (Some(Difference::Ratio(comparison)), _, _) => Some(comparison.ratio()),
            (_, Cell::Measured { estimate: Some(base), .. }, Cell::Measured { estimate: Some(own), .. }) => {
                Some((own.mean_log - base.mean_log).exp())
            }
            _ => None,
        }
    }
}

impl AgainstBase {
    /// Every comparison, with the program it is about.
    pub fn judged(&self) -> impl Iterator<Item = (&str, &Judged)> {
        self.rows.iter().flat_map(|row| {
            let pairs = row.on.iter().flat_map(|on| [&on.run_time, &on.compile_time, &on.code_size]);
            pairs.filter_map(|pair| Some((row.program.as_str(), pair.own.judged()?)))
        })
    }
}

/// The flavours of a run against their base flavours, a part for each base; empty where no benchmark of the run has a
/// base flavour that is in the run, too. Two flavours are benchmarks of their own: they are compared on processes.
pub fn against_base(run: &Run, settings: &Settings) -> Vec<AgainstBase> {
    let pairs = pairs(run);
    if pairs.is_empty() {
        return Vec::new();
    }
    let wanted = Wanted::of(run);
    let mut compared: Vec<Compared> = (0..run.plan.variants.len())
        .map(|variant| {
            let side = Comparable { run, variant, name: "" };
            let sides = Sides::new(side, side, false);
            let tables = wanted.all().map(|(phase, metric)| sides.table(&pairs, settings, phase, metric));
            Compared { tables: tables.collect(), paired: false, remarks: Vec::new() }
        })
        .collect();
    // One family for all that is shown: all programs, flavours and variants.
    finish(&mut compared, settings);
    let flavour_of = |benchmark: usize| run.plan.benchmarks[benchmark].flavour.as_deref().unwrap_or_default();
    let mut bases: Vec<&str> = Vec::new();
    for (base, _) in &pairs {
        if !bases.contains(&flavour_of(*base)) {
            bases.push(flavour_of(*base));
        }
    }
    let part = |base: &&str| {
        let own = pairs.iter().enumerate().filter(|(_, (index, _))| flavour_of(*index) == *base);
        AgainstBase {
            base: (*base).to_owned(),
            variants: run.plan.variants.iter().map(|variant| variant.name.clone()).collect(),
            run_time: wanted.run_time,
            compile_time: wanted.compile_time.map(|(_, metric)| metric),
            code_size: wanted.code_size.is_some(),
            rows: own.map(|(place, pair)| row(run, *pair, place, &compared, &wanted)).collect(),
        }
    };
    bases.iter().map(part).collect()
}

/// Indices of a base flavour and of another flavour of the same program, in the order of the plan.
fn pairs(run: &Run) -> Vec<(usize, usize)> {
    let benchmarks = &run.plan.benchmarks;
    if run.lacks(Lack::Modules) {
        return Vec::new();
    }
    let with_base = benchmarks.iter().enumerate().filter_map(|(own, one)| Some((base_of(benchmarks, one)?, own)));
    with_base.filter(|(base, own)| base != own).collect()
}

/// The phases and metrics that are compared, as far as the run has them.
struct Wanted {
    run_time: Option<(Phase, Metric)>,
    compile_time: Option<(Phase, Metric)>,
    code_size: Option<(Phase, Metric)>,
}

impl Wanted {
    fn of(run: &Run) -> Self {
        let plan = &run.plan;
        let has = |phase: &Phase| plan.phases.contains(phase);
        // The metric that was asked for first is the run's main one.
        let main = plan.metrics.iter().copied().find(|metric| metric.nature() != Nature::ReachesZero);
        let executed = [Phase::Execute, Phase::Lifetime].into_iter().find(has);
        let compiled = Some(Phase::Compile).filter(has);
        Self {
            run_time: executed.zip(main.filter(|metric| metric.unit() != Unit::Byte).or(plan.metrics.first().copied())),
            compile_time: compiled.zip(main.filter(|metric| metric.unit() == Unit::Second)),
            code_size: compiled.zip(plan.metrics.contains(&Metric::CodeSize).then_some(Metric::CodeSize)),
        }
    }

    fn all(&self) -> impl Iterator<Item = (Phase, Metric)> {
        [self.run_time, self.compile_time, self.code_size].into_iter().flatten()
    }
}

fn row(run: &Run, (base, own): (usize, usize), place: usize, compared: &[Compared], wanted: &Wanted) -> FlavourRow {
    let (base_benchmark, benchmark) = (&run.plan.benchmarks[base], &run.plan.benchmarks[own]);
    let reference = benchmark.reference.as_ref();
    let module = Sizes { own: benchmark.module_bytes, base: base_benchmark.module_bytes };
    let baseline = reference.and_then(|reference| reference.size_baseline.as_ref());
    let on = compared.iter().enumerate().map(|(variant, compared)| {
        let pair = |what: Option<(Phase, Metric)>| {
            let table = compared.tables.iter().find(|table| Some((table.phase, table.metric)) == what);
            let absent = Pair { base: Cell::Absent, own: Cell::Absent };
            table.and_then(|table| cells(table, place)).map_or(absent, |[in_base, in_own]| Pair {
                base: or_pending(run, base, variant, in_base),
                own: or_pending(run, own, variant, in_own),
            })
        };
        OnVariant {
            run_time: pair(wanted.run_time),
            compile_time: pair(wanted.compile_time),
            code_size: pair(wanted.code_size),
        }
    });
    FlavourRow {
        program: program(benchmark),
        flavour: benchmark.flavour.clone().unwrap_or_default(),
        module,
        without_baseline: baseline.and_then(|baseline| module.without(baseline.module_bytes)),
        baseline: baseline.map(|baseline| baseline.benchmark.to_string()),
        published: reference.map_or_else(Vec::new, |reference| published_of(benchmark, reference)),
        on: on.collect(),
    }
}

/// What was published of this flavour. A run time was published of one size of the problem: the suite's default.
fn published_of(benchmark: &Benchmark, reference: &Reference) -> Vec<Published> {
    let as_published = benchmark.parts().changed.is_empty();
    let holds = |one: &&Published| as_published || one.of != PublishedOf::RunTime;
    reference.published.iter().filter(holds).cloned().collect()
}

fn cells(table: &Table, place: usize) -> Option<[&Cell; 2]> {
    match table.rows.get(place).map(|row: &Row| row.cells.as_slice()) {
        Some([base, own]) => Some([base, own]),
        _ => None,
    }
}

/// A cell without a sample is one that was not reached yet, unless a round of it was.
fn or_pending(run: &Run, benchmark: usize, variant: usize, cell: &Cell) -> Cell {
    let of_both = |(of, on): (u32, u32)| (of as usize, on as usize) == (benchmark, variant);
    let reached = || run.invocations.iter().any(|one| one.round > 0 && of_both((one.benchmark, one.variant)));
    match cell {
        Cell::Absent if !reached() => Cell::Pending,
        cell => cell.clone(),
    }
}
