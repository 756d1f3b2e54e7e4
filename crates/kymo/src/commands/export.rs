//! `kymo export`.

use super::sides::load_run;
use crate::cli::{ExportArgs, ExportFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::render;
use crate::saving::write_document;
use std::io::Write;
use std::process::ExitCode;

/// Writes a run document, or its raw samples.
pub fn export(context: &Context, args: &ExportArgs) -> Result<ExitCode, CliError> {
    let run = load_run(context, &args.run)?;
    match (&args.out, args.format) {
        (Some(out), ExportFormat::Json) => write_document(out, &run).map_err(|error| failed(out, &error))?,
        (Some(out), ExportFormat::Csv) => {
            std::fs::write(out, render::samples_csv(&run)).map_err(|error| failed(out, &error))?;
        }
        (None, ExportFormat::Json) => {
            let mut out = std::io::stdout().lock();
            serde_json::to_writer(&mut out, &run).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        (None, ExportFormat::Csv) => std::io::stdout().lock().write_all(render::samples_csv(&run).as_bytes())?,
    }
    Ok(ExitCode::SUCCESS)
}

fn failed(path: &std::path::Path, error: &std::io::Error) -> CliError {
    CliError::failure(format!("cannot write {}: {error}", path.display()))
}
