//! Tables and raw samples as CSV (RFC 4180, with bare line feeds), in base units and with full precision.

mod flavours;

use super::shown::figure;
use kymo_lab::analysis::{AgainstBase, Cell, Difference, Judged, Table};
use kymo_model::{Metric, Phase, Run};
use kymo_stats::{Interval, Verdict};

const HEADER: &str = "benchmark,variant,phase,metric,unit,outcome,n,estimate,ci95_lo,ci95_hi,ratio,ratio_ci95_lo,\
ratio_ci95_hi,p,q,margin,verdict,rounds_needed,difference,difference_ci95_lo,difference_ci95_hi,ratio_to\n";

const SAMPLES_HEADER: &str = "run,benchmark,variant,round,sequence,phase,metric,unit,iteration,warmup,value,outcome\n";

/// A line of fields. What is absent is an empty field, never a stand-in.
pub(super) struct Line<'a> {
    out: &'a mut String,
    first: bool,
}

impl<'a> Line<'a> {
    pub(super) fn start(out: &'a mut String) -> Self {
        Self { out, first: true }
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        if !std::mem::take(&mut self.first) {
            self.out.push(',');
        }
        if text.contains([',', '"', '\n', '\r']) {
            self.out.push('"');
            self.out.push_str(&text.replace('"', "\"\""));
            self.out.push('"');
        } else {
            self.out.push_str(text);
        }
        self
    }

    pub(super) fn number(&mut self, number: Option<f64>) -> &mut Self {
        // The shortest text that reads back as the same number.
        self.text(&number.filter(|number| number.is_finite()).map_or_else(String::new, |number| number.to_string()))
    }

    pub(super) fn count(&mut self, count: Option<u64>) -> &mut Self {
        self.text(&count.map_or_else(String::new, |count| count.to_string()))
    }

    pub(super) fn interval(&mut self, interval: Option<Interval>) -> &mut Self {
        self.number(interval.map(|interval| interval.lo)).number(interval.map(|interval| interval.hi))
    }

    pub(super) fn end(&mut self) {
        self.out.push('\n');
    }
}

/// One line for each cell of the tables, after a header; then those of the flavours, whose ratios are to their base
/// flavour.
pub fn csv(tables: &[Table], parts: &[AgainstBase]) -> String {
    let mut out = String::from(HEADER);
    for table in tables {
        let base = table.variants.first().map_or("", String::as_str);
        for row in &table.rows {
            for (variant, cell) in row.cells.iter().enumerate() {
                let variant = table.variants.get(variant).map_or("", String::as_str);
                let place = Place { benchmark: row.benchmark.as_str(), variant, ratio_to: base };
                cell_line(&mut out, &place, (table.phase, table.metric), cell);
            }
        }
    }
    for part in parts {
        flavours::lines(&mut out, part);
    }
    out
}

/// Whose line it is.
struct Place<'a> {
    benchmark: &'a str,
    variant: &'a str,
    /// What a ratio is to: the first variant, or the base flavour.
    ratio_to: &'a str,
}

fn cell_line(out: &mut String, place: &Place, (phase, metric): (Phase, Metric), cell: &Cell) {
    let mut line = Line::start(out);
    line.text(place.benchmark).text(place.variant).text(phase.name()).text(metric.name());
    line.text(metric.unit().symbol());
    match cell {
        Cell::Measured { n, judged, .. } => {
            let figure = figure(cell);
            line.text("measured").count(Some(*n as u64)).number(figure.map(|figure| figure.value));
            line.interval(figure.and_then(|figure| figure.ci95));
            judged_fields(&mut line, judged.as_deref());
        }
        Cell::Outcome(outcome) => empty_fields(&mut line, &outcome.label()),
        Cell::Absent => empty_fields(&mut line, "absent"),
        Cell::Pending => empty_fields(&mut line, "pending"),
    }
    line.text(if cell.judged().is_some() { place.ratio_to } else { "" });
    line.end();
}

fn empty_fields(line: &mut Line, outcome: &str) {
    line.text(outcome).count(None).number(None).interval(None);
    judged_fields(line, None);
}

pub(super) fn judged_fields(line: &mut Line, judged: Option<&Judged>) {
    let (comparison, difference) = match judged.map(|judged| &judged.difference) {
        Some(Difference::Ratio(comparison)) => (Some(comparison), None),
        Some(Difference::Units(difference)) => (None, Some(difference)),
        None => (None, None),
    };
    line.number(comparison.map(|it| it.ratio())).interval(comparison.and_then(|it| it.ratio_ci95()));
    line.number(judged.map(|judged| judged.difference.p())).number(judged.map(|judged| judged.q));
    // A difference in units has no margin.
    line.number(judged.filter(|_| comparison.is_some()).map(|judged| judged.margin.delta()));
    let verdict = judged.and_then(|judged| judged.verdict);
    line.text(verdict.map_or("", verdict_name)).count(verdict.and_then(rounds_needed));
    line.number(difference.map(|it| it.diff)).interval(difference.and_then(|it| it.ci95));
}

/// A verdict's name in files.
pub fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Same { .. } => "same",
        Verdict::Faster => "faster",
        Verdict::Slower => "slower",
        Verdict::Inconclusive { .. } => "inconclusive",
    }
}

fn rounds_needed(verdict: Verdict) -> Option<u64> {
    match verdict {
        Verdict::Inconclusive { rounds_needed } => rounds_needed,
        _ => None,
    }
}

/// One line for each raw sample of a run, after a header; calibration is round 0. An invocation without samples has one
/// line, so that its outcome is not lost.
pub fn samples_csv(run: &Run) -> String {
    let mut out = String::from(SAMPLES_HEADER);
    for invocation in &run.invocations {
        let benchmark = run.plan.benchmarks.get(invocation.benchmark as usize);
        let variant = run.plan.variants.get(invocation.variant as usize);
        let mut front = String::new();
        Line::start(&mut front)
            .text(run.id.as_str())
            .text(benchmark.map_or("", |benchmark| benchmark.name.as_str()))
            .text(variant.map_or("", |variant| variant.name.as_str()))
            .count(Some(invocation.round.into()))
            .count(Some(invocation.sequence.into()));
        let outcome = invocation.outcome.label();
        if invocation.samples.iter().all(|samples| samples.values.is_empty()) {
            out.push_str(&front);
            out.push_str(",,,,,,");
            Line { out: &mut out, first: false }.text(&outcome).end();
        }
        for samples in &invocation.samples {
            for (iteration, value) in samples.values.iter().enumerate() {
                out.push_str(&front);
                Line { out: &mut out, first: false }
                    .text(samples.phase.name())
                    .text(samples.metric.name())
                    .text(samples.metric.unit().symbol())
                    .count(Some(iteration as u64 + 1))
                    .text(if iteration < samples.warmup as usize { "true" } else { "false" })
                    .number(Some(value.get()))
                    .text(&outcome)
                    .end();
            }
        }
    }
    out
}
