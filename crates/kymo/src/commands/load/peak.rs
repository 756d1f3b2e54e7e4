//! `kymo load --peak`.

use super::asked::Asked;
use super::looking::Looking;
use super::{failed, outputs};
use crate::cli::{LoadArgs, LoadFormat};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::load as render;
use kymo_load::peak::{PeakSpec, StepReport};
use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// The lowest and the highest rate that are tried, in requests a second.
const BOUNDS: (f64, f64) = (1.0, 1e8);

/// A step takes no longer: ten requests beyond p99.9 take as long at 167 requests a second.
const STEP_MAX: Duration = Duration::from_secs(60);

/// Searches and says what was found. The exit code is that of a failure where no rate met the objective.
pub fn peak(context: &Context, args: &LoadArgs, asked: &Asked, interrupt: &AtomicBool) -> Result<ExitCode, CliError> {
    // The parser asks for it.
    let slo = args.peak.slo.clone().ok_or_else(|| CliError::usage("--peak needs an objective, as --slo 'p99<10ms'"))?;
    let spec = PeakSpec {
        slo,
        start: args.peak.start,
        searches: args.peak.searches,
        resolution: args.peak.resolution.get(),
        bounds: BOUNDS,
        step_max: STEP_MAX.max(asked.spec.duration),
    };
    let (quiet, progress) = (args.output.quiet, context.progress && !args.output.quiet);
    let mut run = |spec: &kymo_load::LoadSpec| {
        let mut looking = Looking::new(progress, spec.duration);
        let load = kymo_load::run(spec, &mut looking, interrupt);
        looking.clear();
        load
    };
    let mut seen = |step: &StepReport| {
        if !quiet {
            remark(render::peak::step(step));
        }
    };
    let report = kymo_load::peak::peak(&asked.spec, &spec, interrupt, &mut run, &mut seen).map_err(failed)?;
    let mut out = std::io::stdout().lock();
    let url = &asked.target.url;
    if outputs::format(args) == LoadFormat::Json {
        serde_json::to_writer_pretty(&mut out, &render::document::peak(url, &asked.spec, &report))
            .map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write!(out, "{}", render::peak::text(url, &report))?;
    }
    Ok(if report.rate.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
