//! `kymo import`.

use super::measure::{harness, new_id};
use crate::cli::{ImportArgs, ImportFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::record::{Beside, Filer, filing};
use crate::remark::remark;
use crate::render::{harmless, units};
use kymo_exchange::{ExchangeError, Format, Identity, Reading};
use kymo_measure::clock::{Clock, SystemClock};
use kymo_model::{Machine, Run};
use std::io::{Read, Write};
use std::path::Path;
use std::process::ExitCode;

/// What a file turned out to be.
enum Content {
    /// A run document, kept as it is.
    Document(Box<Run>),
    /// Another tool's results.
    Reading(Reading),
}

/// Reads all files, then saves their runs: a bad file among them leaves the store as it was.
pub fn import(context: &Context, args: &ImportArgs) -> Result<ExitCode, CliError> {
    if args.files.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(CliError::usage("standard input (-) can be read once only"));
    }
    let mut runs = Vec::new();
    let mut readings: Vec<(String, Reading)> = Vec::new();
    for path in &args.files {
        let name = shown(path);
        match content(path, &name, args.format)? {
            Content::Document(run) => runs.push((name, document(*run, args)?)),
            Content::Reading(reading) => readings.push((name, reading)),
        }
    }
    for (name, reading) in if args.together { together(readings)? } else { readings } {
        let machine = args.machine.as_deref().map(|machine| self::machine(machine, &name, &reading)).transpose()?;
        let created_unix_s = SystemClock.unix_s();
        let (id, label) = (new_id(created_unix_s), args.label.clone());
        let identity = Identity { id, label, created_unix_s, harness: harness(), machine };
        runs.push((name, reading.into_run(identity)));
    }
    let mut store = context.store()?;
    let filer = Filer::prepare(Some(&store), &args.filing)?;
    if let Some(filer) = &filer {
        for (name, run) in &mut runs {
            file_under(filer, name, run)?;
        }
    }
    let mut out = std::io::stdout().lock();
    for (name, run) in &runs {
        store.insert(run)?;
        match &filer {
            Some(filer) => filer.file(&mut store, run, args.quiet)?,
            None => filing::file(&mut store, run, args.quiet)?,
        }
        writeln!(out, "{}", summary(name, run))?;
        if !args.quiet && run.imported.is_some() {
            let about = kymo_lab::analysis::imported_remark(run, None);
            about.iter().chain(&run.notes).for_each(|text| remark(harmless::line(text)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Says in the run where it belongs; a run document that says so itself keeps its word.
fn file_under(filer: &Filer, name: &str, run: &mut Run) -> Result<(), CliError> {
    let filing = filer.filing(&run.plan.variants, &Beside::default())?;
    match &run.filed {
        None => run.filed = Some(filing),
        Some(own) if own.project == filing.project && own.commit.hash == filing.commit.hash => {}
        Some(own) => {
            let message = format!("{name} is of {} at {}", own.project, own.commit.hash.short());
            return Err(CliError::usage(message).with_hint("import it without --project and --commit"));
        }
    }
    Ok(())
}

fn content(path: &Path, name: &str, format: ImportFormat) -> Result<Content, CliError> {
    if path.is_dir() {
        if !matches!(format, ImportFormat::Auto | ImportFormat::Criterion) {
            return Err(CliError::usage(format!("{name} is a folder; of folders only Criterion's can be read")));
        }
        return kymo_exchange::read_criterion_folder(path).map(Content::Reading).map_err(wrong);
    }
    let text = text(path, name)?;
    let format = match known(format) {
        Some(format) => format,
        None => kymo_exchange::detect(name, &text).map_err(wrong)?,
    };
    if format == Format::Run {
        let run = kymo_store::parse_document(name, &text).map_err(CliError::usage)?;
        return Ok(Content::Document(Box::new(run)));
    }
    kymo_exchange::read(format, name, &text).map(Content::Reading).map_err(wrong)
}

fn known(format: ImportFormat) -> Option<Format> {
    Some(match format {
        ImportFormat::Auto => return None,
        ImportFormat::Run => Format::Run,
        ImportFormat::SightglassCsv => Format::SightglassCsv,
        ImportFormat::SightglassJson => Format::SightglassJson,
        ImportFormat::Hyperfine => Format::Hyperfine,
        ImportFormat::Criterion => Format::Criterion,
        ImportFormat::Libtest => Format::Libtest,
        ImportFormat::Go => Format::Go,
    })
}

fn text(path: &Path, name: &str) -> Result<String, CliError> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().read_to_end(&mut bytes).map(drop)
    } else {
        std::fs::read(path).map(|content| bytes = content)
    };
    read.map_err(|error| CliError::usage(format!("cannot read {name}: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let place = error.utf8_error().valid_up_to();
        CliError::usage(format!("{name} is no text in UTF-8: byte {place} is none of it"))
    })
}

fn wrong(error: ExchangeError) -> CliError {
    let hint = error.hint().map(str::to_owned);
    let error = CliError::usage(error);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// A run document is what it is: neither its machine nor its place among others can be chosen. A label can.
fn document(mut run: Run, args: &ImportArgs) -> Result<Run, CliError> {
    if args.machine.is_some() || args.together {
        let flag = if args.together { "--together" } else { "--machine" };
        return Err(CliError::usage(format!("{flag} is for other tools' results; {} is a run document", run.id)));
    }
    if args.label.is_some() {
        run.label.clone_from(&args.label);
    }
    Ok(run)
}

fn together(readings: Vec<(String, Reading)>) -> Result<Vec<(String, Reading)>, CliError> {
    let mut readings = readings.into_iter();
    let Some((first, mut all)) = readings.next() else { return Ok(Vec::new()) };
    let mut count = 1;
    for (name, reading) in readings {
        all = all.join(reading).map_err(|problem| CliError::usage(format!("{first} and {name}: {problem}")))?;
        count += 1;
    }
    Ok(vec![(units::counted(count, "file"), all)])
}

/// The machine that the user names: this one, or one of which the name is all that is known.
fn machine(name: &str, file: &str, reading: &Reading) -> Result<Machine, CliError> {
    if name == "this" {
        let this = kymo_measure::fingerprint::machine();
        return match &reading.host.arch {
            Some(arch) if *arch != this.arch => {
                Err(CliError::usage(format!("{file} is from {arch}, and this machine is {}", this.arch))
                    .with_hint("name its machine: --machine NAME"))
            }
            _ => Ok(this),
        };
    }
    Ok(Machine::named(format!("named {name}"), name))
}

fn shown(path: &Path) -> String {
    if path.as_os_str() == "-" { "standard input".to_owned() } else { path.display().to_string() }
}

/// The run in a line: its id first, for scripts.
fn summary(name: &str, run: &Run) -> String {
    let from = run.imported.as_ref().map_or("a run document".to_owned(), |imported| imported.from.to_string());
    let text = format!(
        "{}  {from}: {}, {}, {} ({name})",
        run.id,
        units::counted(run.plan.benchmarks.len(), "benchmark"),
        units::counted(run.plan.variants.len(), "variant"),
        units::counted(run.invocations.len(), "invocation"),
    );
    harmless::line(&text).into_owned()
}
