//! `kymo incident`.

use super::super::runs::date;
use super::detect::{Listed, commits, document, size};
use crate::cli::{Format, IncidentArgs};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::record::project;
use crate::render::{harmless, spark::spark, units};
use kymo_history::decision::Places;
use kymo_history::register::Line;
use kymo_history::{Decisions, Incident, State};
use std::io::Write;
use std::process::ExitCode;

/// Candidates that are listed.
const COMMITS_SHOWN: usize = 20;

/// Shows an incident.
pub fn incident(context: &Context, args: &IncidentArgs) -> Result<ExitCode, CliError> {
    let store = context.store()?;
    let (project, incident) = project::incident(&store, &args.incident)?;
    let decisions = project::decisions(&project, args.decisions.as_deref())?;
    let line = Line::read(&store, &project)?;
    let name = project.name.as_str();
    let decision = decisions.on_all(&incident, &line);
    let listed = Listed { incident: &incident, new: false, decision };
    let mut out = std::io::stdout().lock();
    match args.format {
        Format::Json => {
            serde_json::to_writer(&mut out, &document(name, &listed, &line)).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Table => {
            let head = format!(
                "{}: {}, {} on {}",
                incident.name(name),
                listed.state(),
                commits(&incident, &line),
                incident.machine
            );
            writeln!(out, "{head}")?;
            out.write_all(series(&incident, &decisions, &line, context.colour).as_bytes())?;
            candidates(&mut out, &incident, &line)?;
            for confirmation in &incident.confirmations {
                writeln!(
                    out,
                    "{}  {}: {} (run {})",
                    date(confirmation.unix_s),
                    confirmation.state.name(),
                    confirmation.text,
                    confirmation.run
                )?;
            }
            for event in &incident.history {
                writeln!(out, "{}  {}", date(event.unix_s), harmless::line(&event.text))?;
            }
            if let Some(decision) = decision {
                let by = decision.by.as_deref().map(|by| format!(" by {by}")).unwrap_or_default();
                let text = format!("{}{by}, {}: {}", decision.kind.name(), decision.date, decision.reason);
                writeln!(out, "decided: {}", harmless::line(&text))?;
            }
            if incident.state() == State::Suspected && !incident.gone {
                writeln!(
                    out,
                    "what history shows is a suspicion; an A/B of both ends settles it: kymo confirm {}",
                    incident.name(name)
                )?;
            }
        }
        Format::Csv | Format::Markdown => return Err(CliError::usage("kymo incident writes --format table or json")),
    }
    Ok(ExitCode::SUCCESS)
}

fn series(incident: &Incident, decisions: &Decisions, line: &Line, colour: bool) -> String {
    let mut rows = vec![["series", "change", "confidence", "", "around it"].map(str::to_owned).to_vec()];
    rows.extend(incident.series.iter().enumerate().map(|(index, moved)| {
        let decided = decisions.on(incident, index, line).map(|decision| decision.kind.name().to_owned());
        let remark = if moved.same_code { Some("same code".to_owned()) } else { decided };
        vec![
            harmless::line(&moved.name).into_owned(),
            size(moved.size, moved.interval),
            format!("{:.3}", moved.confidence),
            remark.unwrap_or_default(),
            spark(&moved.spark, moved.spark.len()),
        ]
    }));
    columns(&rows, colour)
}

fn candidates(out: &mut impl Write, incident: &Incident, line: &Line) -> std::io::Result<()> {
    let (Some(before), Some(upto)) = (line.position(&incident.before), line.position(&incident.upto)) else {
        return writeln!(out, "its commits are not on the main line any more");
    };
    let range: Vec<_> = (before + 1..=upto).filter_map(|position| line.at(position)).collect();
    writeln!(out, "{} can have done it:", units::counted(range.len(), "commit"))?;
    for placed in range.iter().take(COMMITS_SHOWN) {
        let commit = &placed.commit;
        let likeliest = if commit.hash.as_str() == incident.at { "  (likeliest)" } else { "" };
        let text = format!("{}  {}, {}{likeliest}", commit.hash.short(), commit.title, commit.author);
        writeln!(out, "  {}", harmless::line(&text))?;
    }
    if range.len() > COMMITS_SHOWN {
        writeln!(out, "  and {} more", range.len() - COMMITS_SHOWN)?;
    }
    Ok(())
}
