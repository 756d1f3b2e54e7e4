//! `kymo history`.

use super::super::runs::date;
use crate::cli::{FilingArgs, Format, HistoryListArgs, HistoryShowArgs, HistorySyncArgs};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::record::{Filer, project};
use crate::render::{harmless, spark::spark, units};
use kymo_history::{Pattern, Series, register, series};
use kymo_store::ProjectSource;
use serde_json::json;
use std::io::Write;
use std::process::ExitCode;

/// Values in a line of the table.
const SPARK_WIDTH: usize = 40;

/// Lists projects.
pub fn list(context: &Context, args: &HistoryListArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let filings = store.filings_after(0)?;
    let mut out = std::io::stdout().lock();
    let mut rows = vec![
        ["project", "commits", "runs", "off the line", "last run (UTC)", "branch", "repository"]
            .map(str::to_owned)
            .to_vec(),
    ];
    let mut list = Vec::new();
    for project in store.projects()? {
        let own: Vec<_> = filings.iter().filter(|filing| filing.project == project.key).collect();
        let off = own.iter().filter(|filing| filing.position.is_none()).count();
        let last = own.iter().map(|filing| filing.created_unix_s).max();
        let commits = store.line_length(project.key)?;
        let source = &project.source;
        list.push(json!({
            "project": project.name, "commits": commits, "runs": own.len(), "off_line": off, "last_run_unix_s": last,
            "branch": source.branch, "repository": source.repository, "web_url": source.web_url,
        }));
        rows.push(vec![
            project.name.to_string(),
            commits.to_string(),
            own.len().to_string(),
            off.to_string(),
            last.map(date).unwrap_or_default(),
            source.branch.clone().unwrap_or_default(),
            source.repository.clone().unwrap_or_default(),
        ]);
    }
    match args.format {
        Format::Json => {
            serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table if list.is_empty() => {
            writeln!(out, "no project yet: kymo run SUITE --project NAME --commit COMMIT begins one")?
        }
        Format::Table => out.write_all(columns(&rows, context.colour).as_bytes())?,
        Format::Csv | Format::Markdown => {
            return Err(CliError::usage("kymo history list writes --format table or json"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Reads the main line again.
pub fn sync(context: &Context, args: &HistorySyncArgs) -> Result<ExitCode, CliError> {
    let mut store = context.store()?;
    let name = match &args.project {
        Some(name) => name.clone(),
        None => project::project(&store, None)?.name,
    };
    let filing =
        FilingArgs { project: Some(name.clone()), commit: None, repo: args.repo.clone(), branch: args.branch.clone() };
    if let Some(url) = &args.url
        && !(url.starts_with("https://") || url.starts_with("http://"))
    {
        return Err(CliError::usage(format!("--url {url}: a page begins with https://")));
    }
    let filer = Filer::prepare(Some(&store), &filing)?
        .ok_or_else(|| CliError::failure("a project was named and is not there"))?;
    let change = filer.sync(&mut store)?;
    let source = ProjectSource { web_url: args.url.clone(), ..ProjectSource::default() };
    let project = store.set_project(&name, &source)?;
    let length = store.line_length(project.key)?;
    let branch = project.source.branch.unwrap_or_default();
    let left = if change.left == 0 { String::new() } else { format!(", {} left the line", change.left) };
    writeln!(
        std::io::stdout(),
        "{name}: {} on {branch}, {} new{left}",
        units::counted(length as usize, "commit"),
        change.added
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Shows series.
pub fn show(context: &Context, args: &HistoryShowArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let project = project::project(&store, args.project.as_ref())?;
    let loaded = series::load(&store, &project)?;
    let pattern = args.pattern.as_deref().map(Pattern::new);
    let fits = |series: &&Series| pattern.as_ref().is_none_or(|pattern| pattern.fits(&series.name()));
    let chosen: Vec<&Series> = loaded.series.iter().filter(fits).collect();
    if chosen.is_empty() {
        let message = match &args.pattern {
            Some(pattern) => format!("no series of {} fits '{pattern}'", project.name),
            None => format!("{} has no series yet", project.name),
        };
        return Err(CliError::usage(message)
            .with_hint("kymo history show lists all; a pattern is a part of a name, or has a *"));
    }
    let line = register::Line::read(&store, &project)?;
    let hash = |position: u32| line.at(position).map(|placed| placed.commit.hash.as_str()).unwrap_or_default();
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Table => {
            let mut rows = vec![["series", "machine", "points", "last", "history"].map(str::to_owned).to_vec()];
            rows.extend(chosen.iter().take(args.count).map(|series| row(series)));
            out.write_all(columns(&rows, context.colour).as_bytes())?;
            if chosen.len() > args.count {
                writeln!(out, "{} more: -n {} shows all", chosen.len() - args.count, chosen.len())?;
            }
        }
        Format::Csv => write_csv(&mut out, &chosen, &hash)?,
        Format::Json => {
            let list: Vec<_> = chosen.iter().map(|series| document(series, &hash)).collect();
            serde_json::to_writer(&mut out, &list).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Markdown => return Err(CliError::usage("kymo history show writes --format table, csv or json")),
    }
    Ok(ExitCode::SUCCESS)
}

/// All values, one a line.
fn write_csv<'a>(out: &mut impl Write, chosen: &[&Series], hash: &impl Fn(u32) -> &'a str) -> std::io::Result<()> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let shown = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    writeln!(out, "series,machine,position,commit,value,low,high")?;
    for series in chosen {
        let (name, machine) = (quoted(&series.name()), quoted(&series.machine));
        for point in &series.points {
            let (low, high) = point.interval.unzip();
            let (position, commit) = (point.position, hash(point.position));
            let (low, high) = (shown(low), shown(high));
            writeln!(out, "{name},{machine},{position},{commit},{},{low},{high}", point.value)?;
        }
    }
    Ok(())
}

fn document<'a>(series: &Series, hash: &impl Fn(u32) -> &'a str) -> serde_json::Value {
    let point = |point: &kymo_history::SeriesPoint| {
        json!({
            "position": point.position, "commit": hash(point.position), "value": point.value, "interval": point.interval,
        })
    };
    json!({
        "series": series.name(), "machine": series.machine, "unit": unit(series), "canary": series.key.canary,
        "points": series.points.iter().map(point).collect::<Vec<_>>(),
    })
}

fn unit(series: &Series) -> &'static str {
    if series.key.relative_to.is_empty() { series.key.metric.unit().symbol() } else { "ratio" }
}

fn row(series: &Series) -> Vec<String> {
    let values: Vec<f64> = series.points.iter().map(|point| point.value).collect();
    let last = match (values.last(), series.failures.last()) {
        (Some(value), _) if !series.key.relative_to.is_empty() => units::ratio(*value),
        (Some(value), _) => units::quantity(*value, series.key.metric.unit()),
        (None, Some((_, _, outcome))) => outcome.clone(),
        (None, None) => "—".to_owned(),
    };
    vec![
        harmless::line(&series.name()).into_owned(),
        series.machine.clone(),
        values.len().to_string(),
        last,
        spark(&values, SPARK_WIDTH),
    ]
}
