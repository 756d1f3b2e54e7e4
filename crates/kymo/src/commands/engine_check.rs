//! `kymo engine check`.

use super::variants::program;
use crate::cli::{EngineCheckArgs, Format};
use crate::context::Context;
use crate::error::CliError;
use crate::probing::{Bench, Checked, PROBES, Probe, Subject, document, subjects, table};
use crate::remark::remark;
use kymo_model::VariantSpec;
use kymo_worker::parent::WorkerProgram;
use std::io::Write;
use std::process::ExitCode;

/// Tries every probe on every strategy of the engines.
pub fn check(context: &Context, args: &EngineCheckArgs) -> Result<ExitCode, CliError> {
    if !matches!(args.format, Format::Table | Format::Json) {
        return Err(CliError::usage("kymo engine check writes --format table or json"));
    }
    let (subjects, skipped) = chosen(context, args)?;
    if !args.quiet {
        skipped.iter().for_each(remark);
    }
    if subjects.is_empty() {
        return Err(CliError::failure("there is nothing to probe").with_hint("kymo engine list shows the engines"));
    }
    let asked = |probe: &&Probe| args.features.is_empty() || args.features.contains(&probe.feature);
    let probes: Vec<&Probe> = PROBES.iter().filter(asked).collect();
    let scratch = context.scratch()?;
    let bench = Bench::new(scratch.path())?;
    let mut trials = vec![Vec::new(); subjects.len()];
    for probe in &probes {
        let benchmark = bench.benchmark(probe)?;
        for (subject, trials) in subjects.iter().zip(&mut trials) {
            trials.push(bench.try_out(probe, &benchmark, subject, args.timeout));
        }
    }
    let checked = Checked { probes, subjects: &subjects, trials };
    let mut out = std::io::stdout().lock();
    if args.format == Format::Json {
        serde_json::to_writer(&mut out, &document(&checked, &skipped)).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        out.write_all(table(&checked, context.colour).as_bytes())?;
    }
    let crashes = checked.crashes();
    if crashes.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(CliError::failure(format!("a signal ended {}", crashes.join("; ")))
        .with_hint("an engine should refuse what it cannot do with an error; a signal is a defect of the engine"))
}

/// What was named, or everything that there is.
fn chosen(context: &Context, args: &EngineCheckArgs) -> Result<(Vec<Subject>, Vec<String>), CliError> {
    let mut named: Vec<(VariantSpec, WorkerProgram)> = Vec::new();
    for text in &args.engines {
        let spec: VariantSpec = text.parse().map_err(CliError::usage)?;
        named.push(program(context, spec)?);
    }
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    for (spec, program) in &named {
        let (subjects, others) = subjects(spec, program)?;
        found.extend(subjects);
        skipped.extend(others);
    }
    if args.engines.is_empty() {
        let plain = |engine: &str, build| VariantSpec { engine: engine.to_owned(), build, words: Vec::new() };
        let installed = context.finder.all(false).into_values().map(|program| (plain(&program.name, None), program));
        let built = context.builds.all().into_iter();
        let built = built.map(|built| (plain(&built.record.engine, Some(built.record.name)), built.program));
        for (spec, program) in installed.chain(built) {
            match subjects(&spec, &program) {
                Ok((subjects, others)) => {
                    found.extend(subjects);
                    skipped.extend(others);
                }
                // Nobody asked for this one: its program may not be installed.
                Err(error) => skipped.push(format!("{spec} is not probed: {}", error.message())),
            }
        }
    }
    Ok((found, skipped))
}
