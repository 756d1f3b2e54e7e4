//! `kymo runs`.

use super::measure::civil;
use crate::cli::{Format, RunsArgs};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::render;
use kymo_model::RunState;
use kymo_store::RunSummary;
use std::io::Write;
use std::process::ExitCode;

/// Lists runs, newest first.
pub fn runs(context: &Context, args: &RunsArgs) -> Result<ExitCode, CliError> {
    let mut summaries = context.store()?.list()?;
    let total = summaries.len();
    summaries.truncate(args.count);
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            let list: Vec<serde_json::Value> = summaries
                .iter()
                .map(|run| {
                    serde_json::json!({
                        "id": run.id, "label": run.label, "created_unix_s": run.created_unix_s, "state": run.state,
                        "variants": run.variants, "benchmarks": run.benchmarks, "invocations": run.invocations,
                        "not_measured": run.not_measured, "rounds": run.rounds, "duration_s": run.duration,
                    })
                })
                .collect();
            serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => {
            let mut rows = vec![
                ["run", "date (UTC)", "state", "benchmarks", "rounds", "not measured", "took", "variants", "label"]
                    .map(str::to_owned)
                    .to_vec(),
            ];
            rows.extend(summaries.iter().map(|run| {
                let state = match run.state {
                    RunState::Running => "running, or its process is gone",
                    RunState::Finished => "finished",
                    RunState::Interrupted => "interrupted",
                };
                vec![
                    run.id.to_string(),
                    date(run.created_unix_s),
                    state.to_owned(),
                    run.benchmarks.to_string(),
                    run.rounds.to_string(),
                    run.not_measured.to_string(),
                    took(run),
                    run.variants.join(" "),
                    run.label.clone().unwrap_or_default(),
                ]
            }));
            out.write_all(columns(&rows, context.colour).as_bytes())?;
            if total > args.count {
                writeln!(out, "{} older ones: -n {total} lists all", total - args.count)?;
            }
        }
        Format::Csv | Format::Markdown => {
            return Err(CliError::usage("kymo runs writes --format table or json"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// How long it took; other tools do not say.
fn took(run: &RunSummary) -> String {
    if run.duration.get() > 0.0 { render::units::duration(run.duration) } else { "—".to_owned() }
}

/// A time as `2026-11-22 05:12`, UTC.
pub fn date(unix_s: u64) -> String {
    let (year, month, day) = civil(unix_s / 86_400);
    let minute = unix_s % 86_400 / 60;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60)
}
