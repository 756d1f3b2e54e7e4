//! The analysis document: every figure of the tables, for programs. In base units; intervals of ratios are ratios.

use super::csv::verdict_name;
use super::shown::figure;
use kymo_lab::analysis::{ANALYSIS_VERSION, Cell, Difference, Judged, Remark, Settings, Table};
use kymo_model::{Direction, Metric, Outcome, Phase, Run, RunId, Unit};
use kymo_stats::summary::{MeanRatio, SummaryMethod};
use kymo_stats::{Comparison, Interval, Method, UnitsDifference, Verdict, Warning};
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the analysis document's form.
pub const ANALYSIS_SCHEMA: u32 = 1;

/// An analysis: what was made of run documents. It can be made from them again.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Analysis")]
struct Document<'a> {
    /// Version of this document's form.
    schema: u32,
    /// Version of the methods: what changes a figure made from the same runs raises it.
    analysis_version: u32,
    /// The runs it was made from.
    runs: Vec<&'a RunId>,
    /// Level of q at which a difference is called.
    alpha: f64,
    /// The margin that was asked for, relative; a cell's own may be wider, where the machine's floor is.
    margin: f64,
    /// Whether the sides were measured in common rounds.
    paired: bool,
    /// What must be said about the tables.
    remarks: &'a [String],
    /// A table for each phase and metric.
    tables: Vec<OneTable<'a>>,
}

/// One phase, one metric.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Table")]
struct OneTable<'a> {
    /// The phase.
    phase: Phase,
    /// The metric.
    metric: Metric,
    /// The unit of every estimate and difference.
    unit: Unit,
    /// Which way is better.
    direction: Direction,
    /// Names of the variants; the first is what the others are compared with.
    variants: &'a [String],
    /// A row for each benchmark.
    rows: Vec<OneRow<'a>>,
    /// For each variant the geometric mean of its ratios; null for the first, and for fewer than two benchmarks.
    means: Vec<Option<OneSummary>>,
}

/// A benchmark's row.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Row")]
struct OneRow<'a> {
    /// The benchmark.
    benchmark: &'a str,
    /// Whether the warm-up was assessed from the series, rather than taken from the suite.
    warmup_assessed: bool,
    /// A cell for each variant.
    cells: Vec<OneCell<'a>>,
}

/// What there is for a benchmark and a variant.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
#[schemars(rename = "Cell")]
enum OneCell<'a> {
    /// It was measured.
    Measured(Box<OneMeasured>),
    /// It could not be measured, and why.
    NotMeasured {
        /// The outcome.
        outcome: &'a Outcome,
    },
    /// It was measured, but gave no sample of this metric in this phase.
    Absent,
    /// Nothing was invoked yet.
    Pending,
}

/// An estimate, and how it compares with the first variant.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Measured")]
struct OneMeasured {
    /// Number of invocations.
    n: usize,
    /// Arithmetic mean over invocations.
    mean: f64,
    /// Geometric mean over invocations; null where a cost is zero.
    geometric_mean: Option<f64>,
    /// Standard deviation of the costs' natural logarithms.
    sd_log: Option<f64>,
    /// 95 % interval of the geometric mean; null below five invocations.
    ci95: Option<Ends>,
    /// The comparison with the first variant.
    comparison: Option<OneJudged>,
}

/// The ends of an interval.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Interval")]
struct Ends {
    /// The lower end.
    lo: f64,
    /// The upper end.
    hi: f64,
}

/// A difference with its verdict.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Judged")]
struct OneJudged {
    /// How it was computed.
    method: OneMethod,
    /// Rounds; without rounds, invocations of the side that has fewer.
    n: usize,
    /// This variant's cost over the first's; null for a difference in units.
    ratio: Option<f64>,
    /// 90 % interval of the ratio, on which "same" rests.
    ratio_ci90: Option<Ends>,
    /// 95 % interval of the ratio.
    ratio_ci95: Option<Ends>,
    /// Standard deviation of the log differences.
    sd_log: Option<f64>,
    /// Degrees of freedom.
    dof: Option<f64>,
    /// This variant's mean less the first's, in units; null for a ratio.
    difference: Option<f64>,
    /// 90 % interval of the difference in units.
    difference_ci90: Option<Ends>,
    /// 95 % interval of the difference in units.
    difference_ci95: Option<Ends>,
    /// Standard deviation of the differences in units.
    difference_sd: Option<f64>,
    /// Two-sided p that there is no difference.
    p: f64,
    /// q over the family of the report.
    q: f64,
    /// The margin within which costs are the same, relative; null for a difference in units.
    margin: Option<f64>,
    /// `same`, `faster`, `slower`, `inconclusive`; null for a difference in units.
    verdict: Option<&'static str>,
    /// Whether both sides executed byte-identical machine code.
    same_code: bool,
    /// With `same`: the 95 % interval leaves out equality, so there is a difference smaller than the margin.
    small_but_real: bool,
    /// With `inconclusive`: rounds in all after which the question is settled; without rounds, invocations of each side.
    rounds_needed: Option<u64>,
    /// Log differences by round.
    rounds_log: Vec<f64>,
    /// Cautions.
    warnings: Vec<OneWarning>,
}

/// How a difference was computed.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "Method")]
enum OneMethod {
    /// Student's t on log differences within rounds.
    Paired,
    /// Welch's t on the logs of two sides measured without rounds.
    Unpaired,
    /// Every sample of a side is the same number.
    Exact,
    /// Student's t on differences within rounds, in units.
    PairedInUnits,
}

/// A caution that changed no figure.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Warning")]
struct OneWarning {
    /// Its kind.
    kind: &'static str,
    /// The caution in words.
    message: String,
}

/// The geometric mean of the ratios, for this fixed suite.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
struct OneSummary {
    /// Benchmarks in it.
    benchmarks: usize,
    /// The mean to show: the one with the wider interval.
    shown: OneMean,
    /// With the interval from each benchmark's own variance.
    satterthwaite: OneMean,
    /// With the interval from the rounds common to all; null where there are fewer than five.
    common_rounds: Option<OneMean>,
}

/// A mean ratio with its interval.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Mean")]
struct OneMean {
    /// What the interval rests on: `satterthwaite` or `common_rounds`.
    method: &'static str,
    /// The mean ratio.
    ratio: f64,
    /// Its 95 % interval.
    ratio_ci95: Ends,
    /// Standard error of its logarithm.
    se_log: f64,
    /// Degrees of freedom; null without spread.
    dof: Option<f64>,
}

/// What an analysis document is made from.
#[derive(Clone, Copy, Debug)]
pub struct Analysed<'a> {
    /// The runs: one, or those that were compared.
    pub runs: &'a [&'a Run],
    /// The settings of the analysis.
    pub settings: &'a Settings,
    /// Whether the sides were measured in common rounds.
    pub paired: bool,
    /// The tables.
    pub tables: &'a [Table],
    /// What must be said about them, as [`crate::render::notes()`] or a comparison gives it.
    pub remarks: &'a [String],
}

/// The analysis as a JSON document.
pub fn analysis_document(analysed: &Analysed) -> serde_json::Value {
    let document = Document {
        schema: ANALYSIS_SCHEMA,
        analysis_version: ANALYSIS_VERSION,
        runs: analysed.runs.iter().map(|run| &run.id).collect(),
        alpha: analysed.settings.alpha,
        margin: analysed.settings.margin.delta(),
        paired: analysed.paired,
        remarks: analysed.remarks,
        tables: analysed.tables.iter().map(table).collect(),
    };
    serde_json::to_value(document).expect("structs of numbers and texts have no key that JSON lacks")
}

/// The JSON Schema of the analysis document.
pub fn analysis_schema() -> serde_json::Value {
    schemars::schema_for!(Document).to_value()
}

fn table(table: &Table) -> OneTable<'_> {
    let rows = table.rows.iter().map(|row| OneRow {
        benchmark: row.benchmark.as_str(),
        warmup_assessed: row.assessed,
        cells: row.cells.iter().map(cell).collect(),
    });
    let means = table.means.iter().map(|mean| {
        mean.as_ref().map(|summary| OneSummary {
            benchmarks: summary.benchmarks,
            shown: mean_ratio(&summary.shown()),
            satterthwaite: mean_ratio(&summary.satterthwaite),
            common_rounds: summary.common_rounds.as_ref().map(mean_ratio),
        })
    });
    OneTable {
        phase: table.phase,
        metric: table.metric,
        unit: table.metric.unit(),
        direction: table.metric.direction(),
        variants: &table.variants,
        rows: rows.collect(),
        means: means.collect(),
    }
}

fn cell(cell: &Cell) -> OneCell<'_> {
    let figure = figure(cell);
    match cell {
        Cell::Measured { estimate, mean, n, judged } => OneCell::Measured(Box::new(OneMeasured {
            n: *n,
            mean: *mean,
            geometric_mean: figure.filter(|_| estimate.is_some()).map(|figure| figure.value),
            sd_log: estimate.and_then(|estimate| estimate.sd_log),
            ci95: ends(figure.and_then(|figure| figure.ci95)),
            comparison: judged.as_deref().map(one_judged),
        })),
        Cell::Outcome(outcome) => OneCell::NotMeasured { outcome },
        Cell::Absent => OneCell::Absent,
        Cell::Pending => OneCell::Pending,
    }
}

fn one_judged(judged: &Judged) -> OneJudged {
    let one = match &judged.difference {
        Difference::Ratio(comparison) => of_ratio(comparison, judged),
        Difference::Units(difference) => of_units(difference, judged),
    };
    OneJudged {
        verdict: judged.verdict.map(verdict_name),
        same_code: judged.same_code,
        small_but_real: judged.verdict == Some(Verdict::Same { small_but_real: true }),
        rounds_needed: match judged.verdict {
            Some(Verdict::Inconclusive { rounds_needed }) => rounds_needed,
            _ => None,
        },
        rounds_log: judged.rounds.clone(),
        warnings: judged.remarks.iter().map(warning).collect(),
        ..one
    }
}

fn of_ratio(comparison: &Comparison, judged: &Judged) -> OneJudged {
    let method = match comparison.method {
        Method::Paired => OneMethod::Paired,
        Method::Unpaired => OneMethod::Unpaired,
        Method::Exact => OneMethod::Exact,
    };
    OneJudged {
        ratio: Some(comparison.ratio()),
        ratio_ci90: ends(comparison.ci90.map(|interval| interval.exp())),
        ratio_ci95: ends(comparison.ratio_ci95()),
        sd_log: Some(comparison.sd_log),
        dof: comparison.dof,
        margin: Some(judged.margin.delta()),
        ..bare(method, comparison.n, judged)
    }
}

fn of_units(difference: &UnitsDifference, judged: &Judged) -> OneJudged {
    OneJudged {
        difference: Some(difference.diff),
        difference_ci90: ends(difference.ci90),
        difference_ci95: ends(difference.ci95),
        difference_sd: Some(difference.sd),
        ..bare(OneMethod::PairedInUnits, difference.n, judged)
    }
}

/// What every difference has; the rest is absent.
fn bare(method: OneMethod, n: usize, judged: &Judged) -> OneJudged {
    OneJudged {
        method,
        n,
        ratio: None,
        ratio_ci90: None,
        ratio_ci95: None,
        sd_log: None,
        dof: None,
        difference: None,
        difference_ci90: None,
        difference_ci95: None,
        difference_sd: None,
        p: judged.difference.p(),
        q: judged.q,
        margin: None,
        verdict: None,
        same_code: judged.same_code,
        small_but_real: false,
        rounds_needed: None,
        rounds_log: Vec::new(),
        warnings: Vec::new(),
    }
}

fn ends(interval: Option<Interval>) -> Option<Ends> {
    interval.map(|interval| Ends { lo: interval.lo, hi: interval.hi })
}

fn mean_ratio(mean: &MeanRatio) -> OneMean {
    let method = match mean.method {
        SummaryMethod::Satterthwaite => "satterthwaite",
        SummaryMethod::CommonRounds => "common_rounds",
    };
    let ratio_ci95 = mean.ratio_ci95();
    OneMean {
        method,
        ratio: mean.ratio(),
        ratio_ci95: Ends { lo: ratio_ci95.lo, hi: ratio_ci95.hi },
        se_log: mean.se_log,
        dof: mean.dof,
    }
}

fn warning(remark: &Remark) -> OneWarning {
    let Remark::Statistics(warning) = remark else {
        return OneWarning { kind: "not_exact", message: Warning::NotExact.to_string() };
    };
    let kind = match warning {
        Warning::FewRounds { .. } => "few_rounds",
        Warning::Unpaired => "unpaired",
        Warning::TailDriven { .. } => "tail_driven",
        Warning::Autocorrelated { .. } => "autocorrelated",
        Warning::Outliers { .. } => "outliers",
        Warning::NotExact => "not_exact",
        Warning::SingleBuild { .. } => "single_build",
        Warning::FewComparisons { .. } => "few_comparisons",
        Warning::LevelOutOfBand { .. } => "level_out_of_band",
        _ => "other",
    };
    OneWarning { kind, message: warning.to_string() }
}
