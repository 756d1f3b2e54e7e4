//! `kymo resume`.

use super::measure::{Conduct, analysis_settings, has_simulator};
use super::show::{exit_code, print_run};
use crate::cli::ResumeArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::record::filing;
use crate::remark::remark;
use kymo_lab::{EngineSetup, Setup};
use kymo_model::{Run, RunState, StopRule};
use std::process::ExitCode;

/// Goes on with an interrupted run: same plan, same seed, same order.
pub fn resume(context: &Context, args: &ResumeArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let id = store.find(&args.run)?;
    let mut run = store.load(&id)?;
    if run.state == RunState::Finished {
        return Err(CliError::usage(format!("the run {id} is finished: there is nothing to go on with"))
            .with_hint(format!("kymo show {id} shows it")));
    }
    let machine = kymo_measure::fingerprint::machine();
    if machine.fingerprint != run.machine.fingerprint {
        return Err(CliError::failure(format!("the run {id} was begun on another machine, {}", run.machine.name))
            .with_hint("rounds of two machines do not mix; start a new run"));
    }
    let engines = engines(context, &run)?;
    // What could be said beforehand was said when the run began, and is recorded.
    let setup = Setup { engines, unprovided: vec![Vec::new(); run.plan.benchmarks.len()], simulator: has_simulator() };
    let margin = match run.plan.stop {
        StopRule::Precision { margin, .. } => Some(margin),
        StopRule::Rounds { .. } => None,
    };
    let settings = analysis_settings(context, std::iter::once(run.machine.fingerprint.as_str()), margin)?;
    let progress = context.show(args.quiet);
    let saved = Conduct { setup: &setup, store: Some(store), resumed: true, progress, scratch: context.scratch()? }
        .carry_out(&mut run)?;
    let shown = print_run(context, &run, &settings, args.format, args.quiet);
    saved?;
    shown?;
    filing::file(&mut context.store()?, &run, args.quiet)?;
    if !args.quiet {
        remark(format_args!("saved as {}", run.id));
    }
    Ok(exit_code(&run))
}

fn engines(context: &Context, run: &Run) -> Result<Vec<EngineSetup>, CliError> {
    let mut engines = Vec::new();
    for (variant, record) in run.plan.variants.iter().zip(&run.engines) {
        let program = context.worker(&variant.engine, variant.build.as_deref())?;
        let hello = program.hello_with(Some(&variant.strategy), &variant.settings)?;
        if hello.build_id != record.build_id {
            let (then, now) = (&record.build_id, &hello.build_id);
            let message = format!("{} was build {then} when the run began, and is build {now} now", variant.name);
            return Err(CliError::failure(message).with_hint("rounds of two builds do not mix; start a new run"));
        }
        let setup = EngineSetup::new(program, &hello, &variant.strategy);
        engines.push(setup.ok_or_else(|| {
            CliError::failure(format!("{} has no strategy '{}' any more", variant.engine, variant.strategy))
        })?);
    }
    Ok(engines)
}
