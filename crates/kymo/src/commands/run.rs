//! `kymo run`.

use super::measure::{Conduct, analysis_settings, drawn_seed, has_simulator, new_run};
use super::show::print_run;
use super::targets::{self, Targets};
use super::{serving, sweep, variants};
use crate::cli::{Cpus, PlotArgs, RunArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::record::{Beside, Filer};
use crate::remark::remark;
use crate::saving::write_document;
use kymo_lab::analysis::sweep::View;
use kymo_lab::{EngineSetup, Setup};
use kymo_model::{Metric, Phase, Plan, Ratio, Run, Seconds, ServePlan, StopRule, Sweep};
use kymo_worker::protocol::Strategy;
use std::process::ExitCode;

/// The margin when none is asked for: differences below 1 % are within what code layout alone does (METHODOLOGY).
const PRECISION: Ratio = Ratio::new(kymo_stats::verdict::LEAST_DELTA);

/// The budget when none is asked for.
const BUDGET: Seconds = Seconds::new(600.0);

/// Measures, saves and shows.
pub fn run(context: &Context, args: &RunArgs) -> Result<ExitCode, CliError> {
    // Everything that can be wrong with the words is found before the first process is measured.
    if let Some(out) = &args.out {
        check_writable("--out", out)?;
    }
    let mut targets = targets::targets(context, args)?;
    if serving::is_asked(args, &targets)? {
        targets = serving::at_rates(context, args, targets)?;
    }
    measure(context, args, targets, None)
}

/// Measures these targets, which are a sweep or not, saves and shows.
pub fn measure(
    context: &Context,
    args: &RunArgs,
    targets: Targets,
    sweep: Option<(Sweep, &PlotArgs)>,
) -> Result<ExitCode, CliError> {
    measured(context, args, targets, sweep).map(|measured| measured.code)
}

/// A run that was measured, saved and shown.
pub struct Measured {
    /// The run.
    pub run: Run,
    /// The exit code that it means.
    pub code: ExitCode,
}

/// As [`measure`], and gives the run back.
pub fn measured(
    context: &Context,
    args: &RunArgs,
    targets: Targets,
    sweep: Option<(Sweep, &PlotArgs)>,
) -> Result<Measured, CliError> {
    let (sweep, plot) = sweep.unzip();
    let (mut variants, left_out) = if args.engines.is_empty() {
        variants::suggested(context, &targets.engines)?
    } else {
        (variants::variants(context, &args.engines)?, Vec::new())
    };
    let store = if args.no_save { None } else { Some(context.store()?) };
    let filer = Filer::prepare(store.as_ref(), &args.filing)?;
    let beside = Beside::after(&args.beside, &variants);
    variants::add_all(context, &mut variants, &Beside::engines(&args.beside))?;
    let filed = filer.as_ref().map(|filer| filer.filing(&variants.variants, &beside)).transpose()?;
    let usual = if sweep.is_some() { &[Phase::Execute][..] } else { &Strategy::PHASES };
    let what = What::asked(args, &targets, usual, &variants.engines)?;
    let note = what.note.clone();
    let plan = Plan { sweep, variants: variants.variants, benchmarks: targets.benchmarks, ..what.plan(args) };
    let setup = Setup { engines: variants.engines, unprovided: targets.unprovided, simulator: has_simulator() };
    let mut run = new_run(plan, variants.records, args.label.clone());
    run.notes.extend(left_out.into_iter().chain(note));
    run.filed = filed;
    let settings = analysis_settings(context, std::iter::once(run.machine.fingerprint.as_str()), args.precision)?;
    if plot.is_some() {
        // A base or a divisor that does not fit is told before the first process is measured.
        sweep::analysed(&run, &View::default(), &settings)?;
    }
    let saved = Conduct {
        setup: &setup,
        store,
        resumed: false,
        progress: context.show(args.quiet),
        scratch: context.scratch()?,
    }
    .carry_out(&mut run)?;
    // The result is shown whatever became of the saving: it may be the only copy.
    let shown = print_run(context, &run, &settings, args.format, args.quiet);
    // A reader that went away (`kymo run … | head`) is told of last: the file is written all the same.
    if let Some(out) = &args.out {
        write_document(out, &run)
            .map_err(|error| CliError::failure(format!("cannot write {}: {error}", out.display())))?;
    }
    if let Some(svg) = plot.and_then(|plot| plot.svg.as_ref()) {
        sweep::write_svg(svg, &run, &View::default(), &settings)?;
    }
    saved?;
    shown?;
    if let Some(filer) = filer.filter(|_| !args.no_save) {
        filer.file(&mut context.store()?, &run, args.quiet)?;
    }
    if !args.quiet && !args.no_save {
        remark(format_args!("saved as {}", run.id));
    }
    let code = super::show::exit_code(&run);
    Ok(Measured { run, code })
}

/// What is measured, and where: of programs, or of servers.
struct What {
    phases: Vec<Phase>,
    metrics: Vec<Metric>,
    cpus: Vec<u32>,
    serve: Option<ServePlan>,
    note: Option<String>,
}

impl What {
    fn asked(args: &RunArgs, targets: &Targets, usual: &[Phase], engines: &[EngineSetup]) -> Result<Self, CliError> {
        if serving::is_asked(args, targets)? {
            let (plan, note) = serving::plan(&args.serving)?;
            let metrics = serving::metrics(args)?;
            // Servers have processors of their own, all the time.
            return Ok(Self { phases: vec![Phase::Serve], metrics, cpus: Vec::new(), serve: Some(plan), note });
        }
        if let Some(other) = args.metric.iter().find(|metric| metric.is_of_serving()) {
            return Err(CliError::usage(format!("--metric {other} is of servers, and none is measured"))
                .with_hint("measure a suite of servers, as kymo run http"));
        }
        let metrics = if args.metric.is_empty() { vec![Metric::WallTime] } else { args.metric.clone() };
        let phases = phases(&args.phase, usual, engines);
        Ok(Self { phases, metrics, cpus: cpus(&args.cpus)?, serve: None, note: None })
    }

    /// A plan for this, still without variants and benchmarks.
    fn plan(self, args: &RunArgs) -> Plan {
        Plan {
            seed: args.seed.unwrap_or_else(drawn_seed),
            variants: Vec::new(),
            benchmarks: Vec::new(),
            phases: self.phases,
            metrics: self.metrics,
            stop: stop_rule(args),
            timeout: args.timeout,
            memory_max: args.memory,
            output_max: args.output_limit,
            cpus: self.cpus,
            sweep: None,
            serve: self.serve,
        }
    }
}

/// The phases asked for. Where none is, the usual ones, unless an engine starts programs as processes of
/// their own: then the lifetime, which is all that such an engine has in common with others.
fn phases(asked: &[Phase], usual: &[Phase], engines: &[EngineSetup]) -> Vec<Phase> {
    let mut phases = asked.to_vec();
    if phases.is_empty() {
        let processes = engines.iter().any(EngineSetup::starts_processes);
        phases = if processes { vec![Phase::Lifetime] } else { usual.to_vec() };
    }
    phases.sort_unstable();
    phases.dedup();
    phases
}

/// The processors that take turns, each of them one that we may use.
fn cpus(asked: &Cpus) -> Result<Vec<u32>, CliError> {
    let allowed = kymo_measure::placement::allowed_cpus();
    match asked {
        Cpus::Any => Ok(Vec::new()),
        Cpus::All => Ok(allowed),
        Cpus::These(list) => match list.iter().find(|cpu| !allowed.contains(cpu)) {
            Some(cpu) => {
                let allowed: Vec<String> = allowed.iter().map(u32::to_string).collect();
                Err(CliError::usage(format!("--cpus: processor {cpu} cannot be used here"))
                    .with_hint(format!("this process may use {}", allowed.join(", "))))
            }
            None => Ok(list.clone()),
        },
    }
}

fn stop_rule(args: &RunArgs) -> StopRule {
    match args.rounds {
        Some(rounds) => StopRule::Rounds { rounds },
        None => StopRule::Precision {
            margin: args.precision.unwrap_or(PRECISION),
            budget: Some(args.budget.unwrap_or(BUDGET)),
            rounds_max: kymo_stats::LOOKS.last().map_or(60, |last| *last as u32),
        },
    }
}

/// Whether a file that a flag names can be written, as far as its folder tells.
pub fn check_writable(flag: &str, out: &std::path::Path) -> Result<(), CliError> {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    match folder {
        Some(folder) if !folder.is_dir() => {
            Err(CliError::usage(format!("{flag} {}: there is no folder {}", out.display(), folder.display())))
        }
        _ if out.is_dir() => Err(CliError::usage(format!("{flag} {} is a folder; name a file", out.display()))),
        _ => Ok(()),
    }
}
