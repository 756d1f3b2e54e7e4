//! `kymo export`.

use super::export_parquet;
use super::measure::analysis_settings;
use super::sides::load_run;
use crate::cli::{ExportArgs, ExportFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render;
use crate::saving::write_file;
use kymo_model::Run;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

/// What writes a run in its format.
type Fill<'a> = dyn FnMut(&mut dyn Write) -> std::io::Result<()> + 'a;

/// Writes a run in a format, to a file or to standard output.
pub fn export(context: &Context, args: &ExportArgs) -> Result<ExitCode, CliError> {
    if matches!(args.format, ExportFormat::Ndjson | ExportFormat::ElasticTemplate) {
        check_index(&args.index)?;
    }
    if args.samples && args.format != ExportFormat::Parquet {
        return Err(CliError::usage("--samples is for --format parquet; the other formats have samples anyway"));
    }
    if args.format == ExportFormat::Parquet {
        return export_parquet::export(context, args);
    }
    if args.format == ExportFormat::ElasticTemplate {
        // It is of no run.
        return write(args, &mut |out| template(&args.index, out));
    }
    let run = load_run(context, &args.run)?;
    let mut remarks = Vec::new();
    let mut fill: Box<Fill> = match args.format {
        ExportFormat::Json => Box::new(|out| {
            serde_json::to_writer(&mut *out, &run)?;
            out.write_all(b"\n")
        }),
        ExportFormat::Csv => Box::new(|out| out.write_all(render::samples_csv(&run).as_bytes())),
        ExportFormat::Markdown => {
            let (text, notes) = markdown(context, &run)?;
            remarks = notes;
            Box::new(move |out| out.write_all(text.as_bytes()))
        }
        ExportFormat::ElasticTemplate => Box::new(|out| template(&args.index, out)),
        ExportFormat::Ndjson => Box::new(|out| kymo_exchange::write_bulk(&run, &args.index, out)),
        // It is not of one run, and was written above.
        ExportFormat::Parquet => Box::new(|_| Ok(())),
        ExportFormat::SightglassCsv | ExportFormat::SightglassJson => {
            let mut rows = kymo_exchange::sightglass_rows(&run);
            remarks = std::mem::take(&mut rows.remarks);
            if rows.is_empty() {
                return Err(nothing(&run, &remarks));
            }
            let csv = args.format == ExportFormat::SightglassCsv;
            Box::new(move |out| if csv { rows.write_csv(out) } else { rows.write_json(out) })
        }
    };
    let written = write(args, &mut *fill)?;
    if !args.quiet {
        remarks.iter().for_each(remark);
    }
    Ok(written)
}

/// Writes to the file that was named, or to standard output.
fn write(args: &ExportArgs, fill: &mut Fill) -> Result<ExitCode, CliError> {
    match &args.out {
        Some(path) => write_file(path, fill)
            .map_err(|error| CliError::failure(format!("cannot write {}: {error}", path.display())))?,
        None => {
            let mut out = BufWriter::new(std::io::stdout().lock());
            fill(&mut out)?;
            out.flush()?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn template(index: &str, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{:#}", kymo_exchange::index_template(index))
}

/// The tables as `kymo show` makes them, and the notes on them.
fn markdown(context: &Context, run: &Run) -> Result<(String, Vec<String>), CliError> {
    let settings = analysis_settings(context, std::iter::once(run.machine.fingerprint.as_str()), run.plan.margin())?;
    let tables = kymo_lab::analysis::tables(run, &settings);
    let flavours = kymo_lab::analysis::against_base(run, &settings);
    Ok((render::markdown(&tables, &flavours), render::notes(run, &tables, &flavours)))
}

fn nothing(run: &Run, remarks: &[String]) -> CliError {
    let error = CliError::usage(format!("the run {} has nothing that sightglass could read", run.id));
    if remarks.is_empty() { error } else { error.with_hint(remarks.join("; ")) }
}

/// The names that Elasticsearch takes: the upload of a wrong one fails line by line.
fn check_index(name: &str) -> Result<(), CliError> {
    let forbidden = |c: char| c.is_uppercase() || c.is_whitespace() || c.is_control() || "\\/*?\"<>|,#:".contains(c);
    let wrong =
        name.is_empty() || name.starts_with(['-', '_', '+', '.']) || name.len() > 255 || name.contains(forbidden);
    if wrong {
        return Err(CliError::usage(format!("--index '{name}' is no name of an index"))
            .with_hint("lower case, none of \\ / * ? \" < > | , # : and spaces, and not starting with - _ + or ."));
    }
    Ok(())
}
