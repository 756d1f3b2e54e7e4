//! `kymo show`, and how every run is shown.

use super::measure::analysis_settings;
use super::sides::{load_for_tables, load_run};
use super::sweep;
use crate::cli::{Format, ShowArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render;
use kymo_lab::analysis::{Settings, against_base, serving, sweep::View, tables};
use kymo_model::{Outcome, Run, RunState};
use std::io::Write;
use std::process::ExitCode;

/// Shows a run of the store or of a file.
pub fn show(context: &Context, args: &ShowArgs) -> Result<ExitCode, CliError> {
    let run = match args.format {
        Format::Json => load_run(context, &args.run)?,
        _ => load_for_tables(context, &args.run)?,
    };
    let settings = analysis_settings(context, std::iter::once(run.machine.fingerprint.as_str()), run.plan.margin())?;
    if run.plan.sweep.is_some() {
        sweep::show(context, &run, args, &settings)?;
    } else if let Some(flag) = args.plot.given() {
        return Err(CliError::usage(format!("{flag} is for sweeps, and the run {} is none", run.id))
            .with_hint("kymo sweep measures one"));
    } else {
        print_run(context, &run, &settings, args.format, args.quiet)?;
    }
    // The process ends here: taking thousands of invocations apart first is time that a person waits.
    std::mem::forget(run);
    Ok(ExitCode::SUCCESS)
}

/// Writes a run's tables, or the document, on standard output; remarks on standard error.
pub fn print_run(
    context: &Context,
    run: &Run,
    settings: &Settings,
    format: Format,
    quiet: bool,
) -> Result<(), CliError> {
    if run.plan.sweep.is_some() && format != Format::Json {
        return sweep::print(context, run, &View::default(), settings, format, quiet);
    }
    let mut out = std::io::stdout().lock();
    if format == Format::Json {
        serde_json::to_writer(&mut out, run).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(());
    }
    let servers = serving(run, settings);
    let tables = tables(run, settings);
    let flavours = against_base(run, settings);
    let look = render::Look { colour: context.colour };
    let text = match format {
        // Of servers the matrix says it all; in CSV the cells keep their names.
        Format::Markdown if !servers.is_empty() => render::serving_markdown(&servers),
        Format::Table if !servers.is_empty() => render::tables::serving(&servers, &look),
        Format::Markdown => render::markdown(&tables, &flavours),
        Format::Csv => render::csv(&tables, &flavours),
        // What a suite of flavours is for comes last, nearest to the prompt.
        Format::Table | Format::Json => {
            let blocks = [render::tables(&tables, &look), render::tables::against_base(&flavours, &look)];
            blocks.into_iter().filter(|block| !block.is_empty()).collect::<Vec<String>>().join("\n")
        }
    };
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if !quiet {
        for note in render::serving::notes(&servers) {
            remark(note);
        }
        for note in render::notes(run, &tables, &flavours) {
            remark(note);
        }
    }
    Ok(())
}

/// 0, unless something that was tried went wrong: an engine that lacks a feature is no failure, a crash is. An
/// interrupted run exits as shells expect of a program that was interrupted.
pub fn exit_code(run: &Run) -> ExitCode {
    if run.state == RunState::Interrupted {
        return ExitCode::from(130);
    }
    let wrong = run
        .invocations
        .iter()
        .any(|invocation| !matches!(invocation.outcome, Outcome::Measured | Outcome::Unsupported { .. }));
    if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
