//! One cost against another, with the verdict that the whole report allows.

use crate::analysis::costs::VariantCosts;
use kymo_model::{BenchmarkName, Direction, Metric, Phase, metric::Nature};
use kymo_stats::{Comparison, Margin, UnitsDifference, Verdict, Warning};
use std::collections::BTreeMap;

/// Noise floors of the machine, relative (0.01 = 1 %), from `kymo doctor --calibrate`: by benchmark, phase and metric,
/// and for benchmarks that were not calibrated by phase and metric alone.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Floors {
    /// For one benchmark.
    pub of_benchmark: BTreeMap<(BenchmarkName, Phase, Metric), f64>,
    /// For all others.
    pub of_all: BTreeMap<(Phase, Metric), f64>,
}

impl Floors {
    /// The floor for a benchmark; 0 where the machine was never calibrated.
    pub fn floor(&self, benchmark: &BenchmarkName, phase: Phase, metric: Metric) -> f64 {
        let own = self.of_benchmark.get(&(benchmark.clone(), phase, metric));
        own.or_else(|| self.of_all.get(&(phase, metric))).copied().unwrap_or(0.0)
    }

    /// Whether nothing was calibrated.
    pub fn is_empty(&self) -> bool {
        self.of_benchmark.is_empty() && self.of_all.is_empty()
    }
}

/// The settings of an analysis.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The margin δ that was asked for; the machine's floor may widen it.
    pub margin: Margin,
    /// Level of q at which a difference is called.
    pub alpha: f64,
    /// Noise floors of the machine.
    pub floors: Floors,
}

impl Default for Settings {
    fn default() -> Self {
        Self { margin: Margin::LEAST, alpha: kymo_stats::verdict::ALPHA, floors: Floors::default() }
    }
}

impl Settings {
    /// The margin for a benchmark: what was asked for, but never less than the machine's floor.
    pub fn margin(&self, benchmark: &BenchmarkName, phase: Phase, metric: Metric) -> Margin {
        let floor = self.floors.floor(benchmark, phase, metric);
        if floor > self.margin.delta() { Margin::of_floor(floor) } else { self.margin }
    }
}

/// A remark on a difference, for the notes below a table.
#[derive(Clone, Debug, PartialEq)]
pub enum Remark {
    /// A warning of the statistics.
    Statistics(Warning),
    /// Samples of an exact metric differ within a side.
    NotExact,
}

/// How two sides differ, before a verdict.
#[derive(Clone, Debug, PartialEq)]
pub enum Difference {
    /// As a ratio.
    Ratio(Comparison),
    /// As a difference in units, for metrics that reach zero.
    Units(UnitsDifference),
}

/// A difference with its verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The difference.
    pub difference: Difference,
    /// The log differences by round, where there are rounds.
    pub rounds: Vec<f64>,
    /// q over the family of the report.
    pub q: f64,
    /// The verdict; `None` for differences in units, which have no margin.
    pub verdict: Option<Verdict>,
    /// The margin δ that the verdict used.
    pub margin: Margin,
    /// Remarks.
    pub remarks: Vec<Remark>,
    /// Whether both sides executed byte-identical machine code: then a difference is none of the module's code, but
    /// noise, or of what surrounds it (memory, the runtime, settings that are not compiled in).
    pub same_code: bool,
    /// Whether more of the metric is better: then the side that has less of it is the slower one.
    pub higher_is_better: bool,
}

impl Difference {
    /// Its p-value, before the family is taken into account.
    pub fn p(&self) -> f64 {
        match self {
            Self::Ratio(comparison) => comparison.p,
            Self::Units(difference) => difference.p,
        }
    }
}

impl Judged {
    /// Compares `own` with `base`, by rounds if `paired`. The verdict waits for the family: see [`judge`].
    /// `None` where there is too little, a cost of zero, or no spread to judge sides by that have no rounds.
    pub fn new(
        (phase, metric): (Phase, Metric),
        base: &VariantCosts,
        own: &VariantCosts,
        paired: bool,
        margin: Margin,
    ) -> Option<Self> {
        let mut remarks = Vec::new();
        let mut rounds = Vec::new();
        let (a, b) = if paired { base.common_rounds(own) } else { (base.values(), own.values()) };
        let difference = match metric.nature() {
            Nature::ReachesZero => Difference::Units(kymo_stats::difference_in_units(&a, &b).filter(|_| paired)?),
            nature => {
                // Only samples that are all the same are compared as samples: where they vary after all, invocations
                // are the unit, as for any noisy metric.
                let exact = (nature == Nature::Exact)
                    .then(|| kymo_stats::exact(base.samples(), own.samples()))
                    .flatten()
                    .filter(|exact| exact.method == kymo_stats::Method::Exact);
                if nature == Nature::Exact && exact.is_none() {
                    remarks.push(Remark::NotExact);
                }
                if let Some(exact) = exact {
                    Difference::Ratio(exact)
                } else if paired {
                    rounds = kymo_stats::compare::log_differences(&a, &b)?;
                    Difference::Ratio(kymo_stats::paired(&a, &b)?)
                } else {
                    // Times without any spread were rounded, not measured exactly: there is nothing to judge by.
                    Difference::Ratio(kymo_stats::unpaired(&a, &b).filter(|comparison| comparison.dof.is_some())?)
                }
            }
        };
        if let Difference::Ratio(comparison) = &difference {
            remarks.extend(comparison.warnings.iter().cloned().map(Remark::Statistics));
        }
        let same_code = phase == Phase::Execute && base.same_code(own);
        let higher_is_better = metric.direction() == Direction::HigherIsBetter;
        Some(Self { difference, rounds, q: 1.0, verdict: None, margin, remarks, same_code, higher_is_better })
    }
}

/// Gives a family of differences their verdicts: q by Benjamini & Hochberg over all of them.
pub fn judge(family: &mut [&mut Judged], alpha: f64) {
    let p: Vec<f64> = family.iter().map(|judged| judged.difference.p()).collect();
    // Every p is a probability, or its comparison would not exist; without q nothing is called different.
    let Some(q) = kymo_stats::benjamini_hochberg(&p) else { return };
    for (judged, q) in family.iter_mut().zip(q) {
        judged.q = q;
        if let Difference::Ratio(comparison) = &judged.difference {
            let verdict = kymo_stats::verdict::verdict_at(comparison, q, judged.margin, alpha);
            judged.verdict = Some(if judged.higher_is_better { verdict.reversed() } else { verdict });
        }
    }
}
