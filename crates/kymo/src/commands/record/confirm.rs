//! `kymo confirm`: an interleaved A/B of both ends of an incident, which settles what history only suspects.

use super::super::run::{self, Measured};
use super::super::targets::Targets;
use crate::cli::{Cli, Command, ConfirmArgs, EngineBuildArgs, RunArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::record::{ends, project};
use crate::remark::remark;
use clap::Parser;
use kymo_history::incident::{Confirmation, Event};
use kymo_history::{Incident, State, register, series};
use kymo_lab::analysis::{Difference, Judged, Wanted, judge_pairs};
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::{Benchmark, Run, VariantSpec};
use kymo_stats::Verdict;
use kymo_store::{Project, SeriesKey, Store};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::ExitCode;

/// Builds what is missing, measures, and keeps what it means for the incident.
pub fn confirm(context: &Context, args: &ConfirmArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let (project, mut incident) = project::incident(&store, &args.incident)?;
    let moved = moved(&store, &project, &incident)?;
    let variants: BTreeSet<&str> = moved.iter().map(|key| key.variant.as_str()).collect();
    let mut engines = Vec::new();
    for variant in &variants {
        let spec: VariantSpec = variant.parse().map_err(CliError::failure)?;
        for (flag, hash, named) in
            [("--before", &incident.before, &args.before), ("--after", &incident.upto, &args.after)]
        {
            let build = match named {
                Some(name) => name.clone(),
                None => ends::build(
                    context,
                    &project,
                    &spec.engine,
                    hash,
                    flag,
                    args.build,
                    &mut |wish: &EngineBuildArgs| super::super::engine_build::build(context, wish).map(drop),
                )?,
            };
            engines.push(VariantSpec { build: Some(build), ..spec.clone() }.to_string());
        }
    }
    let targets = targets(&store, &project, &incident, &moved)?;
    drop(store);
    let asked = run_args(args, &engines, &moved)?;
    let Measured { run, code } = run::measured(context, &asked, targets, None)?;
    let confirmation = judged(&run, &moved, &variants, &incident);
    let text = format!("{} by {}: {}", confirmation.state.name(), confirmation.run, confirmation.text);
    let mut store = context.store()?;
    // Somebody else may have analysed meanwhile: only what was found out now is added.
    let (_, fresh) = project::incident(&store, &args.incident)?;
    incident = fresh;
    incident.history.push(Event { unix_s: confirmation.unix_s, text: text.clone() });
    incident.confirmations.push(confirmation);
    register::write(&mut store, &project, std::iter::once(&incident))?;
    writeln!(std::io::stdout(), "{}: {text}", incident.name(project.name.as_str()))?;
    Ok(code)
}

/// What the incident's series are of.
fn moved(store: &Store, project: &Project, incident: &Incident) -> Result<Vec<SeriesKey>, CliError> {
    let loaded = series::load(store, project)?;
    let ids: BTreeSet<i64> =
        incident.series.iter().filter(|series| !series.same_code).map(|series| series.series).collect();
    let keys: Vec<SeriesKey> =
        loaded.series.into_iter().filter(|series| ids.contains(&series.id)).map(|series| series.key).collect();
    if keys.is_empty() {
        return Err(CliError::usage(format!("{} has no series to measure", incident.name(project.name.as_str()))));
    }
    Ok(keys)
}

/// The benchmarks as the newest run that measured them had them: with their arguments, inputs and checks.
fn targets(store: &Store, project: &Project, incident: &Incident, moved: &[SeriesKey]) -> Result<Targets, CliError> {
    let mut missing: BTreeSet<&str> = moved.iter().map(|key| key.benchmark.as_str()).collect();
    let mut found: Vec<Benchmark> = Vec::new();
    let filings = store.filings_after(0)?;
    for filing in filings.iter().rev().filter(|filing| filing.project == project.key) {
        if missing.is_empty() {
            break;
        }
        for benchmark in store.load_head(&filing.run)?.plan.benchmarks {
            if missing.remove(benchmark.name.as_str()) {
                found.push(benchmark);
            }
        }
    }
    for benchmark in &found {
        if !std::path::Path::new(&benchmark.path).is_file() {
            let message = format!("the module of {} is not at {} any more", benchmark.name, benchmark.path);
            return Err(CliError::failure(message).with_hint(format!(
                "measure {} anew, then confirm {}",
                benchmark.name,
                incident.name(project.name.as_str())
            )));
        }
    }
    let unprovided = vec![Vec::new(); found.len()];
    Ok(Targets { benchmarks: found, unprovided, engines: Vec::new() })
}

/// The flags of the run: what is not said here is as `kymo run` has it.
fn run_args(args: &ConfirmArgs, engines: &[String], moved: &[SeriesKey]) -> Result<RunArgs, CliError> {
    let set =
        |list: Vec<&'static str>| list.into_iter().collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",");
    let phases = set(moved.iter().map(|key| key.phase.name()).collect());
    let metrics = set(moved.iter().map(|key| key.metric.name()).collect());
    let label = format!("confirm {}", args.incident);
    let mut words: Vec<String> =
        ["kymo", "run", "confirm", "--phase", &phases, "--metric", &metrics, "--label", &label]
            .map(str::to_owned)
            .to_vec();
    words.extend(engines.iter().flat_map(|engine| ["-e".to_owned(), engine.clone()]));
    match args.rounds {
        Some(rounds) => words.extend(["--rounds".to_owned(), rounds.to_string()]),
        None => words.extend(["--budget".to_owned(), format!("{}s", args.budget.get())]),
    }
    if args.quiet {
        words.push("--quiet".to_owned());
    }
    match Cli::try_parse_from(words).map(|cli| cli.command) {
        Ok(Command::Run(run)) => Ok(*run),
        Ok(_) => Err(CliError::failure("a run was to be made of the incident")),
        Err(error) => Err(CliError::failure(error)),
    }
}

/// What a run of both ends says. The variants are in pairs: before, after.
fn judged(run: &Run, moved: &[SeriesKey], variants: &BTreeSet<&str>, incident: &Incident) -> Confirmation {
    let wanted: Vec<Wanted> = moved
        .iter()
        .filter_map(|key| {
            let benchmark = run.plan.benchmarks.iter().position(|one| one.name.as_str() == key.benchmark)?;
            let pair = variants.iter().position(|variant| *variant == key.variant)?;
            Some(Wanted { benchmark, phase: key.phase, metric: key.metric, base: 2 * pair, own: 2 * pair + 1 })
        })
        .collect();
    let results = judge_pairs(run, &wanted, &kymo_lab::analysis::Settings::default());
    let worse = incident.largest().is_some_and(|series| series.worse);
    let mut tally = Tally::default();
    for judged in &results {
        tally.count(judged.as_ref());
    }
    let (same_way, other_way) = if worse { (tally.slower, tally.faster) } else { (tally.faster, tally.slower) };
    let state = match (same_way, tally.undecided) {
        (1.., _) => State::Confirmed,
        (0, 0) if tally.same + other_way > 0 => State::Refuted,
        _ => State::Unconfirmed,
    };
    Confirmation {
        run: run.id.to_string(),
        unix_s: SystemClock.unix_s(),
        state,
        size: largest(&results, worse),
        text: tally.text(),
    }
}

#[derive(Default)]
struct Tally {
    slower: usize,
    faster: usize,
    same: usize,
    undecided: usize,
}

impl Tally {
    fn count(&mut self, judged: Option<&Judged>) {
        match judged.and_then(|judged| judged.verdict) {
            Some(Verdict::Slower) => self.slower += 1,
            Some(Verdict::Faster) => self.faster += 1,
            Some(Verdict::Same { .. }) => self.same += 1,
            Some(Verdict::Inconclusive { .. }) | None => self.undecided += 1,
        }
    }

    fn text(&self) -> String {
        let total = self.slower + self.faster + self.same + self.undecided;
        format!(
            "of {total} series, {} slower, {} faster, {} the same, {} undecided",
            self.slower, self.faster, self.same, self.undecided
        )
    }
}

/// The largest change of the incident's direction, with its 95 % interval, relative.
fn largest(results: &[Option<Judged>], worse: bool) -> Option<(f64, f64, f64)> {
    let mut found: Vec<(f64, f64, f64)> = results
        .iter()
        .flatten()
        .filter_map(|judged| match &judged.difference {
            Difference::Ratio(comparison) => {
                let interval = comparison.ratio_ci95()?;
                Some((comparison.diff_log.exp_m1(), interval.lo - 1.0, interval.hi - 1.0))
            }
            Difference::Units(_) => None,
        })
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    let chosen = if worse { found.last().copied() } else { found.first().copied() };
    if chosen.is_none() {
        remark("nothing could be compared");
    }
    chosen
}
