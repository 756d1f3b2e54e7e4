//! Runs the acceptance experiments at full size and writes what they measured.
//!
//! `cargo run --release -p kymo-stats --example validate -- docs/validation.md [REPETITIONS [SEED]]`; exits with 1 if a
//! figure misses its bound.

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use kymo_stats::simulate::acceptance::{ALL, Experiment};
use kymo_stats::simulate::check::{Check, Plan};
use kymo_stats::simulate::report::render;

/// Repetitions at full size. Source: statistics reference, 5.
const REPETITIONS: usize = 4000;

/// Any seed would do; this one is fixed so that the report can be made again.
const SEED: u64 = 20_250_601;

/// Experiments run side by side.
const THREADS: usize = 2;

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
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("usage: validate FILE [REPETITIONS [SEED]]")?;
    let repetitions = arguments.next().map_or(Ok(REPETITIONS), |text| text.parse()).map_err(|e| format!("{e}"))?;
    let seed = arguments.next().map_or(Ok(SEED), |text| text.parse()).map_err(|e| format!("{e}"))?;
    let plan = Plan { repetitions, seed };
    let sections = experiments(plan);
    let earlier = match std::fs::read_to_string(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        read => read.map_err(|error| format!("{path}: {error}"))?,
    };
    std::fs::write(&path, render(plan, &sections, &earlier)).map_err(|error| format!("{path}: {error}"))?;
    let missed: Vec<&Check> = sections.iter().flat_map(|(_, checks)| checks).filter(|check| !check.passes()).collect();
    for check in &missed {
        eprintln!("missed: {} {}: {} against {:?}", check.criterion, check.what, check.measured, check.bound);
    }
    Ok(missed.is_empty())
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
