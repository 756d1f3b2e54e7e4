//! The raw results of sightglass, as its own tools read them.

use crate::events;
use crate::read::sightglass::FLAGS;
use kymo_model::{Invocation, Metric, Run, Samples, Tool, Unit, Variant};
use serde::Serialize;
use std::collections::BTreeSet;
use std::io::Write;

/// A row, its fields in sightglass's order.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row<'a> {
    arch: &'a str,
    engine: &'a str,
    engine_flags: Option<&'a str>,
    wasm: &'a str,
    process: u64,
    iteration: u64,
    phase: &'static str,
    event: &'static str,
    count: u64,
}

/// The rows of a run, and what has no place in them.
pub struct Rows<'a> {
    rows: Vec<Row<'a>>,
    /// What was left out or rounded, a line each.
    pub remarks: Vec<String>,
}

impl Rows<'_> {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Writes CSV with a header.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_csv(&self, out: impl Write) -> std::io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        for row in &self.rows {
            writer.serialize(row).map_err(std::io::Error::from)?;
        }
        writer.flush()
    }

    /// Writes JSON, an array of all rows.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, mut out: impl Write) -> std::io::Result<()> {
        serde_json::to_writer(&mut out, &self.rows)?;
        out.write_all(b"\n")
    }
}

/// What is found to have no place.
#[derive(Default)]
struct LeftOut {
    calibration: usize,
    unmeasured: usize,
    series: BTreeSet<String>,
    rounded: usize,
}

/// The rows of a run: process by process, iteration by iteration. A variant's name stands for its engine, unless the
/// run came from sightglass; the number of the process is the one that it had there, else the invocation's.
pub fn sightglass_rows(run: &Run) -> Rows<'_> {
    let mut rows = Vec::new();
    let mut left_out = LeftOut::default();
    let hardware = run.plan.metrics.contains(&Metric::Instructions);
    let mut renamed = false;
    for invocation in &run.invocations {
        if invocation.round == 0 {
            left_out.calibration += 1;
            continue;
        }
        if !invocation.outcome.is_measured() {
            left_out.unmeasured += 1;
            continue;
        }
        let mut series = Vec::new();
        for samples in &invocation.samples {
            // One event cannot be two things in one file.
            let clash = samples.metric == Metric::InstructionsSimulated && hardware;
            match (events::phase_name(samples.phase), events::event(samples.metric).filter(|_| !clash)) {
                (Some(phase), Some(event)) => {
                    renamed |= samples.metric == Metric::InstructionsSimulated;
                    series.push((phase, event, samples));
                }
                (None, _) => drop(left_out.series.insert(format!("the phase {}", samples.phase))),
                (_, None) => drop(left_out.series.insert(samples.metric.to_string())),
            }
        }
        add(&mut rows, run, invocation, &series, &mut left_out);
    }
    let mut remarks = left_out.remarks();
    if renamed && run.imported.is_none() {
        let event = events::INSTRUCTIONS;
        remarks
            .push(format!("instructions_simulated is written as {event}, as sightglass calls what callgrind counts"));
    }
    Rows { rows, remarks }
}

fn add<'a>(
    rows: &mut Vec<Row<'a>>,
    run: &'a Run,
    invocation: &Invocation,
    series: &[(&'static str, &'static str, &Samples)],
    left_out: &mut LeftOut,
) {
    let benchmark = run.plan.benchmarks.get(invocation.benchmark as usize);
    let Some((benchmark, variant)) = benchmark.zip(run.plan.variants.get(invocation.variant as usize)) else { return };
    let (engine, engine_flags) = engine(run, variant);
    let numbers = run.imported.as_ref().map(|imported| imported.processes.as_slice()).unwrap_or_default();
    let process = numbers.get(invocation.sequence as usize).copied().unwrap_or(invocation.sequence.into());
    let iterations = series.iter().map(|(_, _, samples)| samples.values.len()).max().unwrap_or(0);
    for iteration in 0..iterations {
        for (phase, event, samples) in series {
            let Some(value) = samples.values.get(iteration) else { continue };
            let count = events::count(samples.metric, value.get());
            left_out.rounded += usize::from(is_coarse(samples.metric, value.get(), count));
            rows.push(Row {
                arch: &run.machine.arch,
                engine,
                engine_flags,
                wasm: benchmark.name.as_str(),
                process,
                iteration: iteration as u64,
                phase,
                event,
                count,
            });
        }
    }
}

fn engine<'a>(run: &Run, variant: &'a Variant) -> (&'a str, Option<&'a str>) {
    match &run.imported {
        Some(imported) if imported.from == Tool::Sightglass => {
            (&variant.engine, variant.settings.get(FLAGS).map(String::as_str))
        }
        // Tools that know no flags would take two variants of an engine for one.
        _ => (&variant.name, None),
    }
}

/// Whether rounding to whole nanoseconds changes a time by more than a thousandth.
fn is_coarse(metric: Metric, value: f64, count: u64) -> bool {
    metric.unit() == Unit::Second && (count as f64 * 1e-9 - value).abs() > 1e-3 * value
}

impl LeftOut {
    fn remarks(self) -> Vec<String> {
        let mut remarks = Vec::new();
        if self.calibration > 0 {
            remarks.push(format!("left out: invocations of calibration ({})", self.calibration));
        }
        if self.unmeasured > 0 {
            remarks.push(format!("left out: invocations that were not measured ({})", self.unmeasured));
        }
        if !self.series.is_empty() {
            let series: Vec<String> = self.series.into_iter().collect();
            remarks.push(format!("left out: {}, for which sightglass has no name", series.join(", ")));
        }
        if self.rounded > 0 {
            remarks.push(format!("times that are rounded to whole nanoseconds by more than 0.1 %: {}", self.rounded));
        }
        remarks
    }
}
