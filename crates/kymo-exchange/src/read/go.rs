//! The lines of `go test -bench`: `BenchmarkX-8   1000   1234 ns/op   56 B/op   2 allocs/op`.
//!
//! `-count` repeats a benchmark within one process, so its lines are iterations of one invocation. A new process begins
//! with the lines `goos:` and `pkg:`, and ends with `PASS` or `ok`; where these were cut away, all is one process.

use super::{listed, nanoseconds, series};
use crate::error::ExchangeError;
use crate::reading::{Host, Process, Reading, Side};
use kymo_model::{Metric, Outcome, Phase, Seconds, Tool, Value};

/// What was read so far.
#[derive(Default)]
struct Reader {
    host: Host,
    package: Option<String>,
    /// The number of the process that prints, and whether a result now would be another's.
    process: usize,
    ended: bool,
    /// The invocations, with the number of their process.
    found: Vec<(usize, Process)>,
    left_out: Vec<String>,
}

/// Whether a line is a benchmark's result.
pub fn is_result(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words.next().is_some_and(|name| name.starts_with("Benchmark"))
        && is_count(words.next())
        && words.nth(1).is_some_and(|unit| unit.contains('/'))
}

/// Whether a word is a number of iterations.
fn is_count(word: Option<&str>) -> bool {
    word.is_some_and(|count| count.parse::<u64>().is_ok())
}

/// Reads the lines.
pub fn read(name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let mut reader = Reader::default();
    for (index, line) in text.lines().enumerate() {
        reader.line(line.trim()).map_err(|problem| ExchangeError::at(name, index + 1, problem))?;
    }
    if !reader.found.iter().any(|(_, process)| process.outcome.is_measured()) {
        return Err(ExchangeError::of(name, "no line is a result of go test -bench")
            .with_hint("a result looks like: BenchmarkX-8   1000   1234 ns/op"));
    }
    let mut reading = Reading::new(Tool::Go);
    reading.host = reader.host;
    reading.processes = reader.found.into_iter().map(|(_, process)| process).collect();
    if !reader.left_out.is_empty() {
        let units = listed(reader.left_out);
        reading.remarks.push(format!("left out: {units}, which are no metrics of kymo"));
    }
    Ok(reading)
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), String> {
        if let Some((key, value)) = line.split_once(": ")
            && ["goos", "goarch", "pkg", "cpu"].contains(&key)
        {
            return self.header(key, value.trim());
        }
        if let Some(failed) = line.strip_prefix("--- FAIL: Benchmark") {
            let name = failed.split_whitespace().next().unwrap_or_default();
            self.add(&format!("Benchmark{name}"), None);
            return Ok(());
        }
        let mut words = line.split_whitespace();
        match words.next() {
            Some("PASS" | "FAIL" | "ok") => self.ended = true,
            // With -v the name alone stands on a line first; and a benchmark may print what it likes.
            Some(name) if name.starts_with("Benchmark") && is_count(words.next()) => {
                let figures: Vec<&str> = words.collect();
                return self.result(name, &figures);
            }
            _ => {}
        }
        Ok(())
    }

    fn header(&mut self, key: &str, value: &str) -> Result<(), String> {
        self.ended = true;
        let (slot, value) = match key {
            "goos" => (&mut self.host.os, value),
            "goarch" => (&mut self.host.arch, arch(value)),
            "cpu" => (&mut self.host.cpu_model, value),
            _ => {
                self.package = Some(value.to_owned());
                return Ok(());
            }
        };
        match slot {
            Some(known) if known != value => {
                Err(format!("'{key}' was {known} before and is {value} here: import the machines one by one"))
            }
            slot => {
                *slot = Some(value.to_owned());
                Ok(())
            }
        }
    }

    fn result(&mut self, name: &str, figures: &[&str]) -> Result<(), String> {
        if figures.is_empty() || !figures.len().is_multiple_of(2) {
            return Err(format!("{name} has no pairs of figure and unit, as '1234 ns/op'"));
        }
        let mut time = None;
        for pair in figures.chunks(2) {
            if pair[1] == "ns/op" {
                time = Some(nanoseconds(pair[0]).ok_or_else(|| format!("'{}' is no number of ns/op", pair[0]))?);
            } else {
                self.left_out.push(pair[1].to_owned());
            }
        }
        match time {
            Some(time) => self.add(name, Some(time)),
            None => self.left_out.push(format!("{name} (without ns/op)")),
        }
        Ok(())
    }

    /// Adds a time to the invocation of this process, or a failure.
    fn add(&mut self, name: &str, time: Option<f64>) {
        if std::mem::take(&mut self.ended) {
            self.process += 1;
        }
        let benchmark = match &self.package {
            Some(package) => format!("{package}.{name}"),
            None => name.to_owned(),
        };
        let own = self.found.iter_mut().rev().take_while(|(process, _)| *process == self.process);
        let known = own.map(|(_, process)| process).find(|process| process.benchmark == benchmark);
        match (known, time) {
            (Some(process), Some(time)) if process.outcome.is_measured() => {
                process.samples.iter_mut().for_each(|samples| samples.values.push(Value::new(time)));
            }
            (Some(process), _) => {
                process.outcome = failed();
                process.samples.clear();
            }
            (None, time) => {
                let samples: Vec<_> =
                    time.iter().map(|time| series(Phase::Execute, Metric::WallTime, vec![*time])).collect();
                let outcome = if time.is_some() { Outcome::Measured } else { failed() };
                let (side, duration) = (Side::named("go"), Seconds::new(0.0));
                self.found.push((self.process, Process { benchmark, side, number: None, outcome, samples, duration }));
            }
        }
    }
}

fn failed() -> Outcome {
    Outcome::Failed { message: "the benchmark failed".to_owned() }
}

/// Go's name of an instruction set as the rest of the world writes it.
fn arch(go: &str) -> &str {
    match go {
        "amd64" => "x86_64",
        "arm64" => "aarch64",
        "386" => "x86",
        other => other,
    }
}
