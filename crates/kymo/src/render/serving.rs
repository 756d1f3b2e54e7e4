//! Servers under load, in words: a block for each test and rate, a row for each server.

use super::block::{Block, interval_text, nothing};
use super::grid::{Align, Column, Text, Tone};
use super::shown::figure;
use super::{harmless, units, words};
use kymo_lab::analysis::{Cell, Difference, ServeRow, ServeTable};
use kymo_model::{Metric, ServeRate, metric::Nature};

/// The figures that are compared with the base line, each with ratio, interval and verdict, by the kind of rate: at the
/// peak what a server can do, at a rate how long one waits; and always what an answer costs.
const AT_PEAK: [Metric; 2] = [Metric::Throughput, Metric::CpuPerRequest];
const AT_RATE: [Metric; 2] = [Metric::LatencyP99, Metric::CpuPerRequest];

/// The figures that stand alone, in the order of columns.
const ALONE: [Metric; 9] = [
    Metric::Throughput,
    Metric::LatencyP50,
    Metric::LatencyP90,
    Metric::LatencyP999,
    Metric::LatencyMax,
    Metric::SyscallsPerRequest,
    Metric::PageFaultsPerRequest,
    Metric::ContextSwitchesPerRequest,
    Metric::PeakPss,
];

/// A block for each test and rate.
pub fn blocks(tables: &[ServeTable]) -> Vec<Block> {
    tables.iter().map(block).collect()
}

fn block(table: &ServeTable) -> Block {
    let test = &table.test;
    let rate = match (test.rate, table.offered) {
        (ServeRate::Peak, _) => "peak".to_owned(),
        (ServeRate::OfBase(percent), Some(rate)) => {
            format!("{percent} % of the base line's peak, {} requests/s", units::grouped(rate, 0))
        }
        (ServeRate::OfBase(percent), None) => format!("{percent} % of the base line's peak"),
        (ServeRate::PerSecond(rate), _) => format!("{} requests/s", units::grouped(rate as f64, 0)),
    };
    let name = harmless::line(&format!("{} · {rate}", table.name)).into_owned();
    let base = table.rows.get(table.base).map_or_else(String::new, server);
    let pipeline =
        if test.pipeline > 1 { format!(", {} requests in each at a time", test.pipeline) } else { String::new() };
    let loop_ = match test.rate {
        ServeRate::Peak => "closed loop: no response times",
        _ => "open loop: response times from the planned time",
    };
    let method = format!(
        "{}{pipeline}; {loop_}; ratio to {base}, 95 % interval",
        units::counted(test.connections as usize, "connection")
    );
    let compared = if test.rate == ServeRate::Peak { AT_PEAK } else { AT_RATE };
    let has =
        |metric: &Metric| table.rows.iter().any(|row| matches!(row.cells.get(metric), Some(Cell::Measured { .. })));
    let compared: Vec<Metric> = compared.into_iter().filter(has).collect();
    let alone: Vec<Metric> = ALONE.into_iter().filter(|metric| has(metric) && !compared.contains(metric)).collect();
    let rows = table.rows.iter().map(|row| line(row, &compared, &alone)).collect();
    Block {
        name,
        method: harmless::line(&method).into_owned(),
        columns: columns(&compared, &alone),
        groups: vec![rows],
        summary: Vec::new(),
    }
}

/// A server's name: the variant, and the program that it runs.
fn server(row: &ServeRow) -> String {
    match &row.flavour {
        Some(flavour) => format!("{} {flavour}", row.variant),
        None => row.variant.clone(),
    }
}

fn columns(compared: &[Metric], alone: &[Metric]) -> Vec<Column> {
    let column = |heading, align| Column { heading, align, gap: 2 };
    let mut columns = vec![column("server", Align::Left), column("size", Align::Right), column("load", Align::Left)];
    for metric in compared {
        columns.push(column(heading(*metric), Align::Right));
        columns.push(column("ratio", Align::Right));
        columns.push(column("interval", Align::Left));
        columns.push(column("verdict", Align::Left));
    }
    columns.extend(alone.iter().map(|metric| column(heading(*metric), Align::Right)));
    columns
}

const fn heading(metric: Metric) -> &'static str {
    match metric {
        Metric::Throughput => "answers",
        Metric::LatencyP50 => "p50",
        Metric::LatencyP90 => "p90",
        Metric::LatencyP99 => "p99",
        Metric::LatencyP999 => "p99.9",
        Metric::LatencyMax => "max",
        Metric::CpuPerRequest => "CPU/request",
        Metric::SyscallsPerRequest => "syscalls",
        Metric::PageFaultsPerRequest => "faults",
        Metric::ContextSwitchesPerRequest => "switches",
        Metric::PeakPss => "PSS",
        other => other.name(),
    }
}

fn line(row: &ServeRow, compared: &[Metric], alone: &[Metric]) -> Vec<Text> {
    let size = row.module_bytes.map(|bytes| Text::plain(&units::quantity(bytes.get() as f64, kymo_model::Unit::Byte)));
    let mut line = vec![Text::name(&server(row)), size.unwrap_or_else(nothing)];
    let outcome = row.cells.values().find_map(|cell| match cell {
        Cell::Outcome(outcome) => Some(outcome),
        _ => None,
    });
    if let Some(outcome) = outcome {
        line.push(Text::new(&outcome.label(), words::tone_of(outcome)).over(1 + 4 * compared.len() + alone.len()));
        return line;
    }
    line.push(load(row));
    for metric in compared {
        let cell = row.cells.get(metric);
        match row.at_least.filter(|_| *metric == Metric::Throughput && !matches!(cell, Some(Cell::Measured { .. }))) {
            Some(rate) => line.push(Text::new(&format!("≥ {}", units::quantity(rate, metric.unit())), Tone::Dim)),
            None => line.push(value(cell, *metric)),
        }
        line.extend(against(cell, *metric));
    }
    line.extend(alone.iter().map(|metric| value(row.cells.get(metric), *metric)));
    line
}

/// The verdicts on the loads: `valid` where all are.
fn load(row: &ServeRow) -> Text {
    let all: usize = row.verdicts.values().sum();
    if row.verdicts.get("valid") == Some(&all) {
        return Text::plain(if all == 0 { "" } else { "valid" });
    }
    let said: Vec<String> = row.verdicts.iter().map(|(verdict, count)| format!("{count} {verdict}")).collect();
    Text::new(&said.join(", "), Tone::Yellow)
}

fn value(cell: Option<&Cell>, metric: Metric) -> Text {
    let Some(Cell::Measured { mean, .. }) = cell else { return nothing() };
    let shown = match metric.nature() {
        // Events for each answer are near whole numbers, often small ones: two decimals.
        Nature::ReachesZero => units::grouped(*mean, 2),
        _ => units::quantity(cell.and_then(figure).map_or(*mean, |figure| figure.value), metric.unit()),
    };
    Text::plain(&shown)
}

/// Ratio, interval and verdict.
fn against(cell: Option<&Cell>, metric: Metric) -> [Text; 3] {
    let judged = cell.and_then(Cell::judged);
    let Some((judged, Difference::Ratio(comparison))) = judged.map(|judged| (judged, &judged.difference)) else {
        return [nothing(), nothing(), Text::plain("")];
    };
    let (word, tone) = words::verdict_word(judged, metric.unit());
    let ratio = comparison.ratio();
    [Text::plain(&units::ratio(ratio)), interval_text(ratio, comparison.ratio_ci95()), Text::new(word, tone)]
}

/// What is said below the tables: why loads were not valid, once for each verdict, and what an answer's system calls are.
pub fn notes(tables: &[ServeTable]) -> Vec<String> {
    let rows = || tables.iter().flat_map(|table| table.rows.iter().map(move |row| (table, row)));
    let mut notes: Vec<String> = Vec::new();
    let mut verdicts: Vec<&str> = rows().flat_map(|(_, row)| row.verdicts.keys().map(String::as_str)).collect();
    verdicts.sort_unstable();
    verdicts.dedup();
    for verdict in verdicts.into_iter().filter(|verdict| *verdict != "valid") {
        let reason = rows().find_map(|(table, row)| {
            let reason = row.reasons.iter().find(|reason| reason.starts_with(verdict))?;
            Some(format!(", as {} · {} · {}: {reason}", table.name, table.test.rate, server(row)))
        });
        let loads: usize = rows().filter_map(|(_, row)| row.verdicts.get(verdict)).sum();
        let all: usize = rows().flat_map(|(_, row)| row.verdicts.values()).sum();
        notes.push(format!("{loads} of {all} loads were {verdict}{}", reason.unwrap_or_default()));
    }
    // They hardly depend on the rate: those of the first are shown.
    let mut shown: Vec<(&str, String)> = Vec::new();
    for (table, row) in rows() {
        let key = (table.name.as_str(), server(row));
        if let Some(calls) = row.calls.as_ref().filter(|_| !shown.contains(&key)) {
            notes.push(format!("{} · {}: {calls}", key.0, key.1));
            shown.push(key);
        }
    }
    notes.iter().map(|note| harmless::line(note).into_owned()).collect()
}
