//! Does the whole instrument keep its word on this machine? Byte-identical workers against each other, and programs
//! slowed by a known share: real processes, a real engine, the way from the conductor to the verdict.
//!
//! `cargo run --release -p kymo-lab --example validate_machine -- --workers FOLDER docs/validation.md [SEED]` writes the
//! section "On a real machine" of that file and prints every comparison; exits with 1 if more identical pairs differ than
//! chance allows.
//! `… -- --time-to-verdict RUN.json docs/validation.md` writes what a run of identical engines cost, below it.

mod bench;
mod figures;
mod modules;
mod report;
mod section;
mod time;

use bench::{Bench, Compared};
use kymo_measure::conditions::Watch;
use kymo_model::{Conditions, Ratio, StopRule};
use modules::Module;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str =
    "usage: validate_machine --workers FOLDER FILE [SEED]\n       validate_machine --time-to-verdict RUN.json FILE";

/// Any seed would do; this one is fixed so that the orders of all rounds can be made again.
const SEED: u64 = 20_261_122;

/// A/A comparisons of each module, of ten rounds. With the adaptive ones more than the 200 of the reference, 2.9.
const FIXED_EACH: usize = 60;

/// A/A comparisons of each module with adaptive stopping.
const ADAPTIVE_EACH: usize = 20;

/// Comparisons for each true difference.
const SLOWED_EACH: usize = 60;

/// By how many percent the copy's loop is longer.
const SLOWED_PERCENT: [u32; 3] = [1, 2, 5];

/// Rounds of the A/A comparisons without adaptive stopping: the first look's.
const ROUNDS_FIXED: u32 = kymo_stats::LOOKS[0] as u32;

/// Rounds of the comparisons with a true difference.
const ROUNDS_SLOWED: u32 = 20;

/// The margin that adaptive stopping is to be precise to, and its most rounds: those of `kymo run`.
const ADAPTIVE: StopRule = StopRule::Precision { margin: Ratio::new(0.01), budget: None, rounds_max: 60 };

/// What one of the comparisons is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Identical, ten rounds.
    Fixed,
    /// Identical, until it is precise.
    Adaptive,
    /// The copy's loop is so many percent longer.
    Slowed(u32),
}

/// A comparison, done.
pub struct Done {
    /// What it is about.
    pub kind: Kind,
    /// The module's place in the list.
    pub module: usize,
    /// What it gave.
    pub compared: Compared,
}

/// All of it.
pub struct Measured {
    /// The comparisons.
    pub done: Vec<Done>,
    /// Names of the modules.
    pub modules: Vec<&'static str>,
    /// The state of the machine meanwhile.
    pub conditions: Conditions,
    /// Mean and largest of the load averages seen after each comparison.
    pub load: Option<(f64, f64)>,
    /// The seed.
    pub seed: u64,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["--workers", workers, file] => machine(Path::new(workers), Path::new(file), SEED),
        ["--workers", workers, file, seed] => seed
            .parse()
            .map_err(|error| format!("{seed}: {error}"))
            .and_then(|seed| machine(Path::new(workers), Path::new(file), seed)),
        ["--time-to-verdict", run, file] => time::write(Path::new(run), Path::new(file)).map(|()| true),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(message) => {
            eprintln!("validate_machine: {message}");
            ExitCode::from(2)
        }
    }
}

/// Measures, writes, and tells whether the identical pairs were told apart as seldom as they may be.
fn machine(workers: &Path, file: &Path, seed: u64) -> Result<bool, String> {
    // A file that cannot be written must not be found out after ten minutes.
    section::read(file)?;
    // In memory, as `kymo run` does it: a disk's journal beside the measurements is noise.
    let memory = Path::new("/dev/shm");
    let place = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    let folder = tempfile::Builder::new().prefix("kymo-").tempdir_in(place).map_err(|error| error.to_string())?;
    let bench = Bench::new(workers, folder.path())?;
    let measured = measure(&bench, folder.path(), seed)?;
    let (text, holds) = report::render(&bench, &measured).ok_or("too few comparisons to say anything")?;
    section::replace(file, report::HEADING, &text)?;
    Ok(holds)
}

fn measure(bench: &Bench, folder: &Path, seed: u64) -> Result<Measured, String> {
    let modules = modules::plain(folder)?;
    let mut slowed = Vec::new();
    for percent in SLOWED_PERCENT {
        slowed.push((percent, modules::slowed(folder, percent)?));
    }
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut tasks = tasks(modules.len());
    // Shuffled, so that a quarter of an hour in which the machine is disturbed falls on all kinds alike.
    tasks.shuffle(&mut rng);
    let (watch, mut loads, mut done) = (Watch::start(), Vec::new(), Vec::new());
    let count = tasks.len();
    for (at, (kind, module)) in tasks.into_iter().enumerate() {
        let compared = one(bench, &modules[module], &slowed, kind, rng.random())?;
        loads.extend(load());
        let Compared { comparison, verdict, .. } = &compared;
        // Every comparison as it is made: ten minutes of silence would look like a hang, and the figures can be checked.
        println!(
            "{}/{count} {kind:?} {} n {} D {:+.5} s {:.5} p {:.4} {verdict:?}",
            at + 1,
            modules[module].name,
            comparison.n,
            comparison.diff_log,
            comparison.sd_log,
            comparison.p
        );
        done.push(Done { kind, module, compared });
    }
    let most = loads.iter().copied().fold(0.0, f64::max);
    let load = kymo_stats::sample::mean(&loads).map(|mean| (mean, most));
    let names = modules.iter().map(|module| module.name).collect();
    Ok(Measured { done, modules: names, conditions: watch.finish(), load, seed })
}

fn tasks(modules: usize) -> Vec<(Kind, usize)> {
    let mut tasks = Vec::new();
    for module in 0..modules {
        tasks.extend([(Kind::Fixed, module); FIXED_EACH]);
        tasks.extend([(Kind::Adaptive, module); ADAPTIVE_EACH]);
    }
    for percent in SLOWED_PERCENT {
        // The compute-bound module is the first: its time is its loop's.
        tasks.extend([(Kind::Slowed(percent), 0); SLOWED_EACH]);
    }
    tasks
}

fn one(bench: &Bench, module: &Module, slowed: &[(u32, Module)], kind: Kind, seed: u64) -> Result<Compared, String> {
    match kind {
        Kind::Fixed => bench.compare(module, None, StopRule::Rounds { rounds: ROUNDS_FIXED }, seed),
        Kind::Adaptive => bench.compare(module, None, ADAPTIVE, seed),
        Kind::Slowed(percent) => {
            let longer = slowed.iter().find(|(known, _)| *known == percent).map(|(_, module)| module);
            bench.compare(module, longer, StopRule::Rounds { rounds: ROUNDS_SLOWED }, seed)
        }
    }
}

/// The load average of the last minute.
fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}
