//! `kymo detect`.

mod answer;
mod input;

use super::record;
use crate::cli::{DetectArgs, DetectFormat};
use crate::context::Context;
use crate::error::CliError;
use std::io::Write;
use std::process::ExitCode;

/// Says where a bare series changed, or the series of a project.
pub fn detect(context: &Context, args: &DetectArgs) -> Result<ExitCode, CliError> {
    let Some(path) = &args.input else { return record::detect::detect(context, args) };
    let series = input::read(path)?;
    let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
    let answer = answer::Answer::new(&series, kymo_stats::detect_plain(&values));
    let mut out = std::io::stdout().lock();
    match args.format {
        DetectFormat::Json => {
            serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        DetectFormat::Text => out.write_all(answer.text(&series, &values, context.colour).as_bytes())?,
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
