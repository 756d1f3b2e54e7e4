//! Where a load's result goes: standard output, a page, a log of histograms.

use super::Put;
use super::asked::Asked;
use crate::cli::{LoadArgs, LoadFormat};
use crate::error::CliError;
use crate::render::load::wrk2::Distributions;
use crate::render::load::{self as render, Shown};
use crate::saving::write_file;
use kymo_load::hdr_log;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

/// Whether the files can be written, found before anything is measured.
///
/// # Errors
/// One that names the flag.
pub fn check(args: &LoadArgs) -> Result<(), CliError> {
    let output = &args.output;
    for (flag, file) in [("--html", &output.html), ("--hdr", &output.hdr)] {
        if let Some(file) = file {
            crate::commands::run::check_writable(flag, file)?;
        }
    }
    if args.peak.peak && (output.html.is_some() || output.hdr.is_some() || output.save) {
        return Err(CliError::usage("--html, --hdr and --save are of one load, and --peak puts many")
            .with_hint("load at the peak's rate afterwards, with -R"));
    }
    if args.peak.peak && (output.latency || output.u_latency || output.format == Some(LoadFormat::Wrk2)) {
        return Err(CliError::usage(
            "wrk2 has no search for a peak, and so no text of one: take --format text or json",
        ));
    }
    Ok(())
}

/// The format that was asked for, or is meant.
pub fn format(args: &LoadArgs) -> LoadFormat {
    let as_wrk2 = args.output.latency || args.output.u_latency;
    args.output.format.unwrap_or(if as_wrk2 { LoadFormat::Wrk2 } else { LoadFormat::Text })
}

/// Writes what was asked for. The exit code is that of a failure where not one request was answered.
///
/// # Errors
/// When it cannot be written.
pub fn write(args: &LoadArgs, asked: &Asked, put: &Put, started: SystemTime) -> Result<ExitCode, CliError> {
    let shown = Shown { url: &asked.target.url, spec: &asked.spec, load: &put.load, members: &put.members };
    let mut out = std::io::stdout().lock();
    match format(args) {
        LoadFormat::Text => write!(out, "{}", render::text::text(&shown))?,
        LoadFormat::Wrk2 => {
            let u_latency = args.output.u_latency;
            let what = Distributions { latency: args.output.latency || u_latency, uncorrected: u_latency };
            write!(out, "{}", render::wrk2::wrk2(&shown, what))?;
        }
        LoadFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &render::document::load(&shown)).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    if let Some(file) = &args.output.html {
        let page = render::html::page(&shown, env!("CARGO_PKG_VERSION"));
        to_file(file, &mut |out| out.write_all(page.as_bytes()))?;
    }
    if let Some(file) = &args.output.hdr {
        let window = Duration::try_from_secs_f64(put.load.report.window_s).unwrap_or_default();
        // Connecting comes first, and is short.
        let start = started + asked.spec.warmup;
        let comment = format!("kymo load {}", asked.target.url);
        to_file(file, &mut |out| hdr_log::write(out, &put.load.histograms, start, window, &comment))?;
    }
    Ok(if put.load.report.requests.completed == 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn to_file(file: &Path, fill: &mut dyn FnMut(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CliError> {
    write_file(file, fill).map_err(|error| CliError::failure(format!("cannot write {}: {error}", file.display())))
}
