//! `kymo sweep`, and how a sweep is shown.

use super::run;
use super::targets::{self, Targets};
use crate::cli::{Format, ShowArgs, SweepArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::parse;
use crate::remark::remark;
use crate::render;
use crate::saving::write_file;
use kymo_lab::analysis::sweep::{Swept, View, sweep as analyse};
use kymo_lab::analysis::{Settings, sweep::SweepError};
use kymo_model::{Run, Sweep};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

/// A parameter and the values that were asked for.
type Asked = (String, Vec<String>);

/// Measures all points as one run, saves and shows.
pub fn sweep(context: &Context, args: &SweepArgs) -> Result<ExitCode, CliError> {
    for (flag, path) in [("--out", &args.run.out), ("--svg", &args.plot.svg)] {
        if let Some(path) = path {
            run::check_writable(flag, path)?;
        }
    }
    let asked = asked(&args.run.params)?;
    let Some((parameter, values)) = asked.iter().find(|(_, values)| values.len() > 1) else {
        return Err(CliError::usage("no parameter has several values: there is nothing to sweep over")
            .with_hint("write --param NAME=V1,V2,… or --param NAME=FROM..TO; for a single value there is kymo run"));
    };
    let mut found = Targets::default();
    for parameters in combinations(&asked) {
        let point = targets::with_parameters(context, &args.run, &parameters)?;
        if let Some(other) = point.benchmarks.iter().find(|one| !one.parameters.contains_key(parameter)) {
            return Err(CliError::usage(format!("{} has no parameter '{parameter}'", other.name))
                .with_hint("name the benchmarks that have it: SUITE/BENCH"));
        }
        found.add(point.into_selected());
    }
    let (base, per) = (args.plot.base.clone(), args.plot.per.clone());
    let sweep = Sweep { parameter: parameter.clone(), values: values.clone(), base, per };
    run::measure(context, &args.run, found, Some((sweep, &args.plot)))
}

/// The parameters as typed, each with its values.
fn asked(typed: &[(String, String)]) -> Result<Vec<Asked>, CliError> {
    let mut asked: Vec<Asked> = Vec::new();
    for (name, text) in typed {
        if asked.iter().any(|(known, _)| known == name) {
            return Err(CliError::usage(format!("--param {name} is given twice"))
                .with_hint(format!("write all its values in one: --param {name}=V1,V2,…")));
        }
        let values =
            parse::values(text).map_err(|problem| CliError::usage(format!("--param {name}={text}: {problem}")))?;
        asked.push((name.clone(), values));
    }
    Ok(asked)
}

/// Every combination of the values: the first parameter varies slowest.
fn combinations(asked: &[Asked]) -> Vec<BTreeMap<String, String>> {
    let mut all = vec![BTreeMap::new()];
    for (name, values) in asked {
        let with = |known: &BTreeMap<String, String>, value: &String| {
            let mut more = known.clone();
            more.insert(name.clone(), value.clone());
            more
        };
        all = all.iter().flat_map(|known| values.iter().map(move |value| with(known, value))).collect();
    }
    all
}

/// The lines of a run.
///
/// # Errors
/// A base or a divisor that does not fit.
pub fn analysed(run: &Run, view: &View, settings: &Settings) -> Result<Swept, CliError> {
    analyse(run, view, settings).map_err(|error| {
        let flag = match &error {
            SweepError::NoBase { .. } => "--base: ",
            SweepError::Per { .. } => "--per: ",
            SweepError::NoSweep(_) => "",
        };
        CliError::usage(format!("{flag}{error}"))
    })
}

/// Shows a sweep of the store or of a file.
pub fn show(context: &Context, run: &Run, args: &ShowArgs, settings: &Settings) -> Result<(), CliError> {
    if let Some(svg) = &args.plot.svg {
        run::check_writable("--svg", svg)?;
    }
    let view = View { base: args.plot.base.clone(), per: args.plot.per.clone() };
    if args.format == Format::Json {
        super::show::print_run(context, run, settings, args.format, args.quiet)?;
    } else {
        print(context, run, &view, settings, args.format, args.quiet)?;
    }
    match &args.plot.svg {
        Some(svg) => write_svg(svg, run, &view, settings),
        None => Ok(()),
    }
}

/// Writes the tables and plots of a sweep on standard output; remarks on standard error.
pub fn print(
    context: &Context,
    run: &Run,
    view: &View,
    settings: &Settings,
    format: Format,
    quiet: bool,
) -> Result<(), CliError> {
    let swept = analysed(run, view, settings)?;
    let text = match format {
        Format::Markdown => render::sweep::markdown(&swept),
        Format::Csv => render::sweep::csv(&swept),
        Format::Table | Format::Json => render::sweep::text(&swept, &render::Look { colour: context.colour }),
    };
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if !quiet {
        for note in render::sweep::notes(run, &swept) {
            remark(note);
        }
    }
    Ok(())
}

/// Writes the plots of a sweep as a picture.
pub fn write_svg(path: &Path, run: &Run, view: &View, settings: &Settings) -> Result<(), CliError> {
    let picture = render::sweep::svg(run, &analysed(run, view, settings)?);
    write_file(path, &mut |out| out.write_all(picture.as_bytes()))
        .map_err(|error| CliError::failure(format!("cannot write {}: {error}", path.display())))
}
