//! Criterion's output folder, and the messages of `cargo criterion`.
//!
//! A sample is a batch: so many iterations took so long. All batches of a benchmark come from one process; they are the
//! iterations of one invocation, and no evidence of their own.

use super::{listed, series};
use crate::error::ExchangeError;
use crate::reading::{Process, Reading, Side};
use kymo_model::{Lack, Metric, Outcome, Phase, Seconds, Tool};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// `new/benchmark.json`.
#[derive(Deserialize)]
struct BenchmarkFile {
    full_id: String,
    /// As `{"Bytes": 1024}`.
    throughput: Option<BTreeMap<String, serde_json::Value>>,
}

/// `new/sample.json`: `times` of batches in nanoseconds, by the number of iterations in each.
#[derive(Deserialize)]
struct SampleFile {
    iters: Vec<f64>,
    times: Vec<f64>,
}

/// A line of `cargo criterion --message-format=json`.
#[derive(Deserialize)]
struct Message {
    reason: String,
    id: Option<String>,
    iteration_count: Option<Vec<f64>>,
    measured_values: Option<Vec<f64>>,
    unit: Option<String>,
    #[serde(default)]
    throughput: Vec<serde_json::Value>,
}

/// Reads the folder `target/criterion`, or any part of it.
///
/// # Errors
/// When it holds no results, or a file in it cannot be read.
pub fn read_folder(folder: &Path) -> Result<Reading, ExchangeError> {
    let below = folder.join("criterion");
    // Whoever names the target folder means the one in it; the rest of it is large.
    let start = if below.is_dir() { below } else { folder.to_owned() };
    let mut found = Vec::new();
    collect(&start, &mut found)?;
    if found.is_empty() {
        let error = ExchangeError::of(&shown(folder), "no results of Criterion are in this folder");
        return Err(if start.join("data").is_dir() {
            error
                .with_hint("for cargo-criterion: save the lines of cargo criterion --message-format=json, import these")
        } else {
            error.with_hint("name the folder target/criterion, with GROUP/BENCHMARK/new/sample.json in it")
        });
    }
    let mut reading = Reading::new(Tool::Criterion);
    reading.lacks.insert(Lack::Unit);
    let mut throughputs = Vec::new();
    for new in found {
        let benchmark: BenchmarkFile = file(&new.join("benchmark.json"))?;
        let path = new.join("sample.json");
        let sample: SampleFile = file(&path)?;
        let values =
            per_iteration(&sample.iters, &sample.times).map_err(|problem| ExchangeError::of(&shown(&path), problem))?;
        throughputs.extend(benchmark.throughput.unwrap_or_default().into_keys());
        reading.processes.push(process(benchmark.full_id, values));
    }
    remark_throughputs(&mut reading, throughputs);
    Ok(reading)
}

/// Reads the messages of `cargo criterion`.
pub fn read_messages(name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let mut reading = Reading::new(Tool::Criterion);
    let mut throughputs = Vec::new();
    let mut units = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| line.trim_start().starts_with('{')) {
        let fault = |problem: String| ExchangeError::at(name, index + 1, problem);
        let message: Message = serde_json::from_str(line).map_err(|error| fault(error.to_string()))?;
        if message.reason != "benchmark-complete" {
            continue;
        }
        let lacks = |field: &str| fault(format!("the message 'benchmark-complete' has no '{field}'"));
        let id = message.id.ok_or_else(|| lacks("id"))?;
        let iterations = message.iteration_count.ok_or_else(|| lacks("iteration_count"))?;
        let values = message.measured_values.ok_or_else(|| lacks("measured_values"))?;
        let unit = message.unit.ok_or_else(|| lacks("unit"))?;
        if unit != "ns" {
            units.push(format!("{id} ({unit})"));
            continue;
        }
        if !message.throughput.is_empty() {
            throughputs.push("per iteration".to_owned());
        }
        reading.processes.push(process(id, per_iteration(&iterations, &values).map_err(fault)?));
    }
    if !units.is_empty() {
        reading.remarks.push(format!("left out, since they are no nanoseconds: {}", listed(units)));
    }
    if reading.processes.is_empty() {
        return Err(ExchangeError::of(name, "no line is a benchmark's result in nanoseconds")
            .with_hint("save the lines of cargo criterion --message-format=json"));
    }
    remark_throughputs(&mut reading, throughputs);
    Ok(reading)
}

fn remark_throughputs(reading: &mut Reading, kinds: Vec<String>) {
    if !kinds.is_empty() {
        let kinds = listed(kinds);
        reading.remarks.push(format!("left out: throughput ({kinds}), which is another form of the times"));
    }
}

fn process(benchmark: String, values: Vec<f64>) -> Process {
    Process {
        benchmark,
        side: Side::named("criterion"),
        number: None,
        outcome: Outcome::Measured,
        samples: vec![series(Phase::Execute, Metric::WallTime, values)],
        duration: Seconds::new(0.0),
    }
}

/// Seconds an iteration, for each batch.
fn per_iteration(iterations: &[f64], nanoseconds: &[f64]) -> Result<Vec<f64>, String> {
    if iterations.len() != nanoseconds.len() {
        return Err(format!("there are {} numbers of iterations and {} times", iterations.len(), nanoseconds.len()));
    }
    if iterations.is_empty() {
        return Err("there are no samples".to_owned());
    }
    let batches = iterations.iter().zip(nanoseconds).enumerate();
    let value = |(index, (iterations, time)): (usize, (&f64, &f64))| {
        let value = time / iterations * 1e-9;
        let whole = *iterations >= 1.0 && value.is_finite() && value >= 0.0;
        whole.then_some(value).ok_or_else(|| format!("sample {}: {time} ns for {iterations} iterations", index + 1))
    };
    batches.map(value).collect()
}

/// The folders `new` that hold a sample, sorted.
fn collect(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), ExchangeError> {
    let unread = |error: std::io::Error| ExchangeError::of(&shown(folder), format!("cannot be read: {error}"));
    if folder.file_name().is_some_and(|name| name == "new") && folder.join("sample.json").is_file() {
        found.push(folder.to_owned());
        return Ok(());
    }
    let mut folders = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unread)? {
        let entry = entry.map_err(unread)?;
        // Not through links: a folder may hold itself.
        if entry.file_type().map_err(unread)?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    folders.iter().try_for_each(|folder| collect(folder, found))
}

fn file<T: DeserializeOwned>(path: &Path) -> Result<T, ExchangeError> {
    let name = shown(path);
    let text =
        std::fs::read_to_string(path).map_err(|error| ExchangeError::of(&name, format!("cannot be read: {error}")))?;
    serde_json::from_str(&text).map_err(|error| ExchangeError::json(&name, &error))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
