//! Runs the acceptance experiments at full size and writes what they measured.
//!
//! `cargo run --release -p kymo-stats --example validate -- [--series FOLDER] docs/validation.md [REPETITIONS [SEED]]`; exits
//! with 1 if a figure misses its bound. FOLDER holds the series of others, as `tools/validate/fetch-series` lays them down;
//! without it, the sections on them say so.

mod annotated;
mod performance;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kymo_stats::simulate::acceptance::{ALL, Experiment};
use kymo_stats::simulate::check::{Check, Plan};
use kymo_stats::simulate::report::{Section, render};

/// Repetitions at full size. Source: statistics reference, 5.
const REPETITIONS: usize = 4000;

/// Any seed would do; this one is fixed so that the report can be made again.
const SEED: u64 = 20_250_601;

/// Experiments run side by side.
const THREADS: usize = 2;

const USAGE: &str = "usage: validate [--series FOLDER] FILE [REPETITIONS [SEED]]";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("validate: {message}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, String> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let series = match arguments.iter().position(|argument| argument == "--series") {
        Some(at) if at + 1 < arguments.len() => arguments.drain(at..at + 2).nth(1).map(PathBuf::from),
        Some(_) => return Err(USAGE.to_owned()),
        None => None,
    };
    let mut arguments = arguments.into_iter();
    let path = arguments.next().ok_or(USAGE)?;
    let repetitions = arguments.next().map_or(Ok(REPETITIONS), |text| text.parse()).map_err(|e| format!("{e}"))?;
    let seed = arguments.next().map_or(Ok(SEED), |text| text.parse()).map_err(|e| format!("{e}"))?;
    let plan = Plan { repetitions, seed };
    let real = on_real_series(series, seed)?;
    let sections = experiments(plan);
    let earlier = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| format!("{path}: {error}"))?,
    };
    std::fs::write(&path, render(plan, &sections, &real, &earlier)).map_err(|error| format!("{path}: {error}"))?;
    let all = sections.iter().flat_map(|(_, checks)| checks).chain(real.iter().flat_map(|section| &section.checks));
    let missed: Vec<&Check> = all.filter(|check| !check.passes()).collect();
    for check in &missed {
        eprintln!("missed: {} {}: {} against {:?}", check.criterion, check.what, check.measured, check.bound);
    }
    Ok(missed.is_empty())
}

/// The sections on the series of others; what is not in the folder is not measured, and said so.
fn on_real_series(folder: Option<PathBuf>, seed: u64) -> Result<Vec<Section>, String> {
    let Some(folder) = folder else {
        let reason = "no series were given";
        return Ok(vec![performance::without(reason), annotated::without(reason)]);
    };
    let there = |name: &str| folder.join(name).exists();
    let reason = "the series could not be fetched";
    Ok(vec![
        if performance::SOURCES.into_iter().all(there) {
            performance::section(&folder, seed)?
        } else {
            performance::without(reason)
        },
        if there("tcpd") { annotated::section(&folder)? } else { annotated::without(reason) },
    ])
}

/// Every experiment, in order; each is taken by whichever thread is free, and its figures do not depend on which.
fn experiments(plan: Plan) -> Vec<(Experiment, Vec<Check>)> {
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((at, experiment)) = take(&next) {
                    let checks = (experiment.run)(plan);
                    eprintln!("{} {}: {} figures", experiment.criterion, experiment.title, checks.len());
                    done.lock().expect("no holder of the lock panics").push((at, experiment, checks));
                }
            });
        }
    });
    let mut sections = done.into_inner().expect("no holder of the lock panics");
    sections.sort_by_key(|(at, _, _)| *at);
    sections.into_iter().map(|(_, experiment, checks)| (experiment, checks)).collect()
}

fn take(next: &AtomicUsize) -> Option<(usize, Experiment)> {
    let at = next.fetch_add(1, Ordering::Relaxed);
    ALL.get(at).map(|&experiment| (at, experiment))
}
