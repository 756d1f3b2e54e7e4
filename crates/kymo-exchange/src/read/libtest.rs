//! The lines of the standard library's bench harness: `test NAME ... bench:   1,234 ns/iter (+/- 56)`.
//!
//! The figure is a median over samples that are not printed. libtest runs a benchmark once a process, so a name that
//! comes again is another process.

use super::{nanoseconds, series};
use crate::error::ExchangeError;
use crate::reading::{Process, Reading, Side};
use kymo_model::{Lack, Metric, Outcome, Phase, Seconds, Tool};
use std::collections::{BTreeMap, BTreeSet};

/// What a line says.
enum Line<'a> {
    /// Cargo starts a program of benchmarks.
    Target(&'a str),
    /// A benchmark's median in seconds, and whether a throughput follows.
    Median(&'a str, f64, bool),
    /// A benchmark that panicked.
    Failed(&'a str),
    /// Anything else.
    Other,
}

/// Whether a line is a benchmark's result.
pub fn is_result(line: &str) -> bool {
    line.starts_with("test ") && line.contains(" ... bench:")
}

/// Reads the lines.
pub fn read(name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let mut results = Vec::new();
    let mut target = "";
    let mut throughput = false;
    for (index, line) in text.lines().enumerate() {
        match parsed(line).map_err(|problem| ExchangeError::at(name, index + 1, problem))? {
            Line::Target(started) => target = started,
            Line::Median(benchmark, seconds, with_throughput) => {
                throughput |= with_throughput;
                results.push((target, benchmark, Some(seconds)));
            }
            Line::Failed(benchmark) => results.push((target, benchmark, None)),
            Line::Other => {}
        }
    }
    if !results.iter().any(|(_, _, seconds)| seconds.is_some()) {
        return Err(ExchangeError::of(name, "no line is a result of cargo bench")
            .with_hint("a result looks like: test NAME ... bench:   1,234 ns/iter (+/- 56)"));
    }
    let mut reading = Reading::new(Tool::Libtest);
    reading.lacks.insert(Lack::Samples);
    reading.processes = processes(&results);
    reading.remarks.push("left out: the deviations (+/-), which are of samples that libtest does not print".to_owned());
    if throughput {
        reading.remarks.push("left out: throughputs (MB/s), which are another form of the times".to_owned());
    }
    Ok(reading)
}

fn parsed(line: &str) -> Result<Line<'_>, String> {
    let line = line.trim();
    if let Some(rest) = line.strip_prefix("Running ")
        && let Some((target, _)) = rest.split_once(" (")
    {
        return Ok(Line::Target(target.trim_start_matches("unittests ")));
    }
    let Some((benchmark, result)) = line.strip_prefix("test ").and_then(|rest| rest.split_once(" ... ")) else {
        return Ok(Line::Other);
    };
    let result = result.trim();
    if result == "FAILED" {
        return Ok(Line::Failed(benchmark));
    }
    let Some(figures) = result.strip_prefix("bench:") else { return Ok(Line::Other) };
    let fault = || format!("'{}' is no figure of a benchmark: '1,234 ns/iter (+/- 56)' is expected", figures.trim());
    let (median, rest) = figures.split_once(" ns/iter").ok_or_else(fault)?;
    let seconds = nanoseconds(median.trim()).ok_or_else(fault)?;
    Ok(Line::Median(benchmark, seconds, rest.contains(" = ")))
}

/// Two programs may have benchmarks of one name; then the program's source comes before it.
fn processes(results: &[(&str, &str, Option<f64>)]) -> Vec<Process> {
    let mut targets: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (target, benchmark, _) in results {
        targets.entry(benchmark).or_default().insert(target);
    }
    let process = |(target, benchmark, seconds): &(&str, &str, Option<f64>)| Process {
        benchmark: match targets.get(benchmark) {
            Some(of) if of.len() > 1 => format!("{target}::{benchmark}"),
            _ => (*benchmark).to_owned(),
        },
        side: Side::named("libtest"),
        number: None,
        outcome: match seconds {
            Some(_) => Outcome::Measured,
            None => Outcome::Failed { message: "the benchmark failed".to_owned() },
        },
        samples: seconds.iter().map(|seconds| series(Phase::Execute, Metric::WallTime, vec![*seconds])).collect(),
        duration: Seconds::new(0.0),
    };
    results.iter().map(process).collect()
}
