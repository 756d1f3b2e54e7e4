//! `kymo export --format parquet`: the whole record, as tables.

use super::measure::civil;
use super::site_source::open_source;
use crate::cli::{ExportArgs, ShownArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::render::units;
use kymo_model::Unit;
use kymo_parquet::{Dataset, Partition, PointRow, SampleRow, Written};
use kymo_site::entries::{Commit, Project, Run};
use kymo_site::format::SEGMENT_POSITIONS;
use kymo_site::{Outcome, PointSet, SeriesInfo, Source};
use std::collections::HashMap;
use std::io::Write;
use std::process::ExitCode;

impl From<kymo_site::SourceError> for CliError {
    fn from(error: kymo_site::SourceError) -> Self {
        Self::failure(error)
    }
}

impl From<kymo_parquet::ParquetError> for CliError {
    fn from(error: kymo_parquet::ParquetError) -> Self {
        Self::failure(error)
    }
}

/// Writes the record below a folder.
pub fn export(context: &Context, args: &ExportArgs) -> Result<ExitCode, CliError> {
    let Some(out) = &args.out else {
        return Err(CliError::usage("--format parquet writes a tree of files: name its folder by --out FOLDER"));
    };
    let shown = ShownArgs { web_dir: None, samples: 0, synthetic: args.synthetic };
    let source = open_source(context, &shown)?;
    let runs = source.runs()?;
    let by_id: HashMap<&str, &Run> = runs.iter().map(|run| (run.id.as_str(), run)).collect();
    let mut points = Dataset::new::<PointRow>(out)?;
    for project in source.projects()? {
        project_points(&*source, &project, &by_id, &mut points)?;
    }
    let mut said = vec![("points", points.finish()?)];
    if args.samples {
        let mut samples = Dataset::new::<SampleRow>(out)?;
        for run in &runs {
            run_samples(&*source, run, &mut samples)?;
        }
        said.push(("samples", samples.finish()?));
    }
    let mut stdout = std::io::stdout().lock();
    for (table, Written { files, bytes, rows }) in said {
        let bytes = units::quantity(bytes as f64, Unit::Byte);
        writeln!(stdout, "{table}: {rows} rows in {files} files, {bytes}")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The points of a project, by machine and stretch of positions, so that no more than a stretch is in memory.
fn project_points(
    source: &dyn Source,
    project: &Project,
    runs: &HashMap<&str, &Run>,
    table: &mut Dataset,
) -> Result<(), CliError> {
    let commits = source.commits(&project.name, 0)?;
    let mut series: Vec<SeriesInfo> =
        source.series()?.into_iter().filter(|series| series.project == project.name).collect();
    series.sort_by(|a, b| (&a.machine, a.id).cmp(&(&b.machine, b.id)));
    for of_machine in series.chunk_by(|a, b| a.machine == b.machine) {
        let ids: Vec<i64> = of_machine.iter().map(|series| series.id).collect();
        for first in (0..commits.len() as u32).step_by(SEGMENT_POSITIONS as usize) {
            let set = source.points(&ids, first..first + SEGMENT_POSITIONS)?;
            for one in of_machine {
                series_rows(one, &set, &commits, runs, table)?;
            }
        }
    }
    Ok(())
}

fn series_rows(
    series: &SeriesInfo,
    set: &PointSet,
    commits: &[Commit],
    runs: &HashMap<&str, &Run>,
    table: &mut Dataset,
) -> Result<(), CliError> {
    let Some(measured) = set.of(series.id) else { return Ok(()) };
    let row = |position: u32, run: u32| {
        let commit = commits.get(position as usize);
        let run = set.runs()[run as usize].as_str();
        PointRow {
            benchmark: &series.benchmark,
            variant: &series.variant,
            phase: &series.phase,
            metric: &series.metric.name,
            unit: &series.metric.unit,
            lower_is_better: series.metric.lower_is_better,
            machine: &series.machine,
            canary: series.canary,
            commit: commit.map(|commit| commit.hash.as_str()),
            position,
            commit_unix_s: commit.and_then(|commit| commit.unix_s),
            run,
            run_unix_s: runs.get(run).map(|run| run.created_unix_s),
            outcome: "measured",
            value: None,
            interval: None,
            fingerprint: None,
            module: None,
            build: None,
            code: None,
        }
    };
    for point in &measured.points {
        let context = &set.contexts()[point.context as usize];
        let row = PointRow {
            value: Some(point.value),
            interval: point.interval,
            fingerprint: Some(&context.fingerprint),
            module: Some(&context.module),
            build: Some(&context.build),
            code: context.code.as_deref(),
            ..row(point.position, point.run)
        };
        table.add(&partition(&series.project, row.run_unix_s), &row)?;
    }
    for failure in &measured.failures {
        let row = PointRow { outcome: label(failure.outcome), ..row(failure.position, failure.run) };
        table.add(&partition(&series.project, row.run_unix_s), &row)?;
    }
    Ok(())
}

fn run_samples(source: &dyn Source, run: &Run, table: &mut Dataset) -> Result<(), CliError> {
    let Some(samples) = source.samples(&run.id)? else { return Ok(()) };
    let partition = partition(run.project.as_deref().unwrap_or("none"), Some(run.created_unix_s));
    for cell in &samples.cells {
        let invocations = cell.rounds.iter().zip(&cell.samples);
        for (round, values) in invocations {
            for (iteration, value) in (0..).zip(values) {
                let row = SampleRow {
                    benchmark: &cell.benchmark,
                    variant: samples.variants.get(cell.variant as usize).map_or("", String::as_str),
                    phase: &cell.phase,
                    metric: &cell.metric,
                    machine: &run.machine,
                    fingerprint: &run.fingerprint,
                    commit: run.commit.as_deref(),
                    run: &run.id,
                    run_unix_s: Some(run.created_unix_s),
                    round: *round,
                    iteration,
                    value: *value,
                };
                table.add(&partition, &row)?;
            }
        }
    }
    Ok(())
}

/// The month of a run, UTC; a run of an unknown time is in one of its own.
fn partition(project: &str, unix_s: Option<u64>) -> Partition {
    let month = unix_s.map_or_else(
        || "unknown".to_owned(),
        |unix_s| {
            let (year, month, _) = civil(unix_s / 86_400);
            format!("{year:04}-{month:02}")
        },
    );
    Partition { project: project.to_owned(), month }
}

fn label(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Unsupported => "unsupported",
        Outcome::Invalid => "invalid",
        Outcome::Trapped => "trapped",
        Outcome::WrongOutput => "wrong_output",
        Outcome::TimedOut => "timed_out",
        Outcome::OutOfMemory => "out_of_memory",
        Outcome::Crashed => "crashed",
        Outcome::Failed => "failed",
    }
}
