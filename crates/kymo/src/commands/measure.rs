//! What `run`, `resume` and the calibration have in common: carrying out a plan, under watch, saved as it goes.

use crate::context::Context;
use crate::error::CliError;
use crate::progress::{Progress, Show};
use crate::saving::Saving;
use kymo_lab::analysis::{Floors, Settings};
use kymo_lab::{Conductor, Scratch, ServingInvoker, Setup};
use kymo_measure::clock::{Clock, SystemClock};
use kymo_measure::conditions::Watch;
use kymo_model::{EngineRecord, Harness, Plan, Run, RunId, RunState, run::RUN_SCHEMA};
use kymo_store::Store;
use kymo_worker::parent::{Invoker, ProcessInvoker};
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// A number that nobody can foresee: the standard library keys every hasher from the system's source of randomness.
/// 53 bits, so that it survives readers of JSON that know only floating point.
pub fn drawn_seed() -> u64 {
    std::collections::hash_map::RandomState::new().build_hasher().finish() >> 11
}

/// Whether valgrind is on PATH, for metrics that are simulated.
pub fn has_simulator() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join("valgrind").is_file())
}

/// A new run of a plan, with nothing done yet.
pub fn new_run(plan: Plan, engines: Vec<EngineRecord>, label: Option<String>) -> Run {
    let now = SystemClock.unix_s();
    let machine = kymo_measure::fingerprint::machine();
    Run {
        schema: RUN_SCHEMA,
        id: new_id(now),
        label,
        created_unix_s: now,
        state: RunState::Running,
        harness: harness(),
        machine,
        plan,
        engines,
        closed: std::collections::BTreeMap::new(),
        conditions: None,
        noise: Vec::new(),
        notes: Vec::new(),
        imported: None,
        filed: None,
        invocations: Vec::new(),
    }
}

/// A new id of a run: the time, and random digits.
pub fn new_id(unix_s: u64) -> RunId {
    RunId::new(format!("{}-{:05x}", stamp(unix_s), drawn_seed() & 0xf_ffff))
}

/// This program.
pub fn harness() -> Harness {
    Harness {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("KYMO_COMMIT").filter(|commit| !commit.is_empty()).map(str::to_owned),
    }
}

/// A time as `20261122-015451`, UTC: names sort by time.
pub fn stamp(unix_s: u64) -> String {
    let (year, month, day) = civil(unix_s / 86_400);
    let second = unix_s % 86_400;
    format!("{year:04}{month:02}{day:02}-{:02}{:02}{:02}", second / 3600, second / 60 % 60, second % 60)
}

/// Year, month and day of a day counted from 1970-01-01, in the Gregorian calendar, by counting: exact, and run once.
pub fn civil(mut day: u64) -> (u64, u64, u64) {
    let leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while day >= 365 + u64::from(leap(year)) {
        day -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    (year, month, day + 1)
}

/// How a run is carried out.
pub struct Conduct<'a> {
    /// The workers and what is known of the modules.
    pub setup: &'a Setup,
    /// Where it is saved, if it is.
    pub store: Option<Store>,
    /// Whether the store knows the run already.
    pub resumed: bool,
    /// How progress is shown.
    pub progress: Show,
    /// The folder for the guest's output; it goes when the run is over.
    pub scratch: tempfile::TempDir,
}

impl Conduct<'_> {
    /// Carries the plan out. Whatever was measured is in the run and, unless the error says otherwise, in the store.
    ///
    /// # Errors
    /// Before anything is measured: a store that cannot be written. Afterwards: the store could not take it all.
    pub fn carry_out(self, run: &mut Run) -> Result<Result<(), CliError>, CliError> {
        let interrupt = Arc::new(AtomicBool::new(false));
        // The first Ctrl-C keeps what is finished; the second ends at once.
        for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&interrupt))?;
            signal_hook::flag::register(signal, Arc::clone(&interrupt))?;
        }
        let saved = if self.resumed { run.invocations.len() } else { 0 };
        let mut saving = Saving::new(self.store, saved, Progress::new(self.progress, run.invocations.len()));
        if !self.resumed {
            saving.begin(run)?;
        }
        let watch = Watch::start();
        let mut invoker: Box<dyn Invoker> = match run.plan.serve {
            Some(_) => {
                let database = std::env::var(kymo_lab::serving::POSTGRES).ok();
                Box::new(ServingInvoker::new(Arc::clone(&interrupt), self.scratch.path().to_owned(), database))
            }
            None => Box::new(ProcessInvoker { interrupt: Arc::clone(&interrupt) }),
        };
        Conductor {
            setup: self.setup,
            invoker: invoker.as_mut(),
            clock: &SystemClock,
            observer: &mut saving,
            interrupt: &interrupt,
            scratch: Scratch::new(self.scratch.path().to_owned()),
        }
        .run(run);
        let conditions = watch.finish();
        run.noise = kymo_measure::conditions::noise(&conditions);
        run.conditions = Some(conditions);
        Ok(saving.finish(run))
    }
}

/// The settings of an analysis: the margin that was asked for, and the calibrated noise floors of the machines that
/// the runs were made on, the larger where there are several.
///
/// # Errors
/// Those of the store.
pub fn analysis_settings<'a>(
    context: &Context,
    machines: impl Iterator<Item = &'a str>,
    margin: Option<kymo_model::Ratio>,
) -> Result<Settings, CliError> {
    let mut settings = Settings::default();
    if let Some(margin) = margin.and_then(|margin| kymo_stats::Margin::new(margin.get())) {
        settings.margin = margin;
    }
    // A store that does not exist yet has no floors, and looking must not make one.
    if context.store_exists() {
        let store = context.store()?;
        for fingerprint in machines {
            add_floors(&mut settings.floors, &store, fingerprint)?;
        }
    }
    Ok(settings)
}

fn add_floors(floors: &mut Floors, store: &Store, fingerprint: &str) -> Result<(), CliError> {
    for floor in store.floors(fingerprint)? {
        let relative = floor.floor.exp().get() - 1.0;
        let known = match floor.benchmark {
            Some(benchmark) => floors.of_benchmark.entry((benchmark, floor.phase, floor.metric)).or_insert(relative),
            None => floors.of_all.entry((floor.phase, floor.metric)).or_insert(relative),
        };
        // Calibrated with several engines: the noisier one counts, since either may be a side.
        *known = known.max(relative);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stamps_are_dates() {
        assert_eq!(stamp(0), "19700101-000000");
        assert_eq!(stamp(951_782_400), "20000229-000000");
        assert_eq!(stamp(1_795_312_491), "20261122-015451");
    }
}
