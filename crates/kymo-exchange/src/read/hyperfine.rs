//! hyperfine's `--export-json`: each command a variant, each of its times a process.

use super::series;
use crate::error::ExchangeError;
use crate::reading::{Process, Reading, Side};
use kymo_model::{Metric, Outcome, Phase, Seconds, Tool};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// What the benchmark is called: hyperfine runs commands that do one thing, and does not name it.
const BENCHMARK: &str = "command";

#[derive(Deserialize)]
struct Export {
    results: Vec<Command>,
}

#[derive(Deserialize)]
struct Command {
    command: String,
    times: Option<Vec<f64>>,
    /// Absent in old versions; null for a process that a signal ended.
    exit_codes: Option<Vec<Option<i32>>>,
    memory_usage_byte: Option<IgnoredAny>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
}

/// Reads an export.
pub fn read(name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let export: Export = serde_json::from_str(text).map_err(|error| ExchangeError::json(name, &error))?;
    if export.results.is_empty() {
        return Err(ExchangeError::of(name, "'results' is empty"));
    }
    let mut reading = Reading::new(Tool::Hyperfine);
    let mut sides: Vec<Side> = Vec::new();
    let mut zeros = 0;
    for command in &export.results {
        let twin = sides.iter().filter(|known| known.name == command.command).count() as u32;
        let settings = command.parameters.clone();
        let side = Side { settings, twin, ..Side::named(&command.command) };
        sides.push(side.clone());
        zeros += add(&mut reading, name, command, &side)?;
    }
    reading.remarks.push("left out: user and system times, of which hyperfine keeps the mean only".to_owned());
    if export.results.iter().any(|command| command.memory_usage_byte.is_some()) {
        let why = "the kernel's figure is never below hyperfine's own size";
        reading.remarks.push(format!("left out: memory_usage_byte, since {why}"));
    }
    if zeros > 0 {
        let why = "hyperfine takes its estimate of the shell's start off; measure again with its option -N";
        reading.remarks.push(format!("times that are 0: {zeros}, since {why}"));
    }
    Ok(reading)
}

/// Adds a command's processes; gives how many of its times are zero.
fn add(reading: &mut Reading, name: &str, command: &Command, side: &Side) -> Result<usize, ExchangeError> {
    let fault = |problem: String| ExchangeError::of(name, format!("the command '{}' {problem}", command.command));
    let times = command.times.as_deref().unwrap_or_default();
    if times.is_empty() {
        return Err(fault("has no 'times'".to_owned()).with_hint("let hyperfine write the file with --export-json"));
    }
    let codes = match &command.exit_codes {
        Some(codes) if codes.len() != times.len() => {
            return Err(fault(format!("has {} times and {} exit codes", times.len(), codes.len())));
        }
        Some(codes) => codes.clone(),
        None => vec![Some(0); times.len()],
    };
    for (time, code) in times.iter().zip(codes) {
        if !time.is_finite() || *time < 0.0 {
            return Err(fault(format!("has the time {time}, which is none")));
        }
        let outcome = outcome(code);
        let samples = if outcome.is_measured() {
            vec![series(Phase::Lifetime, Metric::WallTime, vec![*time])]
        } else {
            Vec::new()
        };
        reading.processes.push(Process {
            benchmark: BENCHMARK.to_owned(),
            side: side.clone(),
            number: None,
            outcome,
            samples,
            duration: Seconds::new(*time),
        });
    }
    Ok(times.iter().filter(|time| **time == 0.0).count())
}

/// hyperfine goes on after a failure only when it is told to ignore it; the time of a command that failed is still no
/// time of what it should do.
fn outcome(code: Option<i32>) -> Outcome {
    match code {
        Some(0) => Outcome::Measured,
        Some(code) => Outcome::Failed { message: format!("exit code {code}") },
        None => Outcome::Failed { message: "a signal ended it".to_owned() },
    }
}
