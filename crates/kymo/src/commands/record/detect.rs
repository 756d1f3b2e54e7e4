//! `kymo detect --project`: the incidents of a project.

use crate::cli::{DetectArgs, DetectFailOn, DetectFormat};
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::record::project;
use crate::render::{harmless, units};
use kymo_history::decision::Places;
use kymo_history::register::{Found, Line, detect_project};
use kymo_history::{Decision, Decisions, Incident};
use kymo_measure::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use std::io::Write;
use std::process::ExitCode;

/// Analyses a project, keeps what was found, lists it.
pub fn detect(context: &Context, args: &DetectArgs) -> Result<ExitCode, CliError> {
    let mut store = context.store()?;
    let (chosen, decisions) = project::chosen(&store, &args.project)?;
    let detector = project::detector(&store, &chosen.name)?;
    let found = detect_project(&mut store, &chosen, &detector, SystemClock.unix_s())?;
    let name = chosen.name.as_str();
    let listed: Vec<Listed> = found.incidents.iter().map(|incident| Listed::of(incident, &found, &decisions)).collect();
    let mut out = std::io::stdout().lock();
    if args.format == DetectFormat::Json {
        let list: Vec<Value> = listed.iter().map(|one| document(name, one, &found.line)).collect();
        let document = json!({
            "project": name, "series": found.series, "points": found.points, "commits": found.line.commits.len(),
            "incidents": list,
        });
        serde_json::to_writer(&mut out, &document).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write_table(&mut out, name, &found, &listed, args.all, context.colour)?;
    }
    let failing = args.fail_on.iter().any(|what| {
        listed.iter().any(|one| match what {
            DetectFailOn::New => one.alarms() && one.new,
            DetectFailOn::Open => one.alarms(),
        })
    });
    Ok(if failing { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// An incident in the list.
pub struct Listed<'a> {
    /// The incident.
    pub incident: &'a Incident,
    /// Whether this analysis found it first.
    pub new: bool,
    /// What people decided about all of it.
    pub decision: Option<&'a Decision>,
}

impl<'a> Listed<'a> {
    fn of(incident: &'a Incident, found: &Found, decisions: &'a Decisions) -> Self {
        let decision = decisions.on_all(incident, &found.line);
        Self { incident, new: found.new.contains(&incident.number), decision }
    }

    /// Whether somebody should look: open, for the worse, and nobody decided.
    fn alarms(&self) -> bool {
        self.incident.is_open() && self.decision.is_none() && self.incident.series.iter().any(|series| series.worse)
    }

    /// Its state in a word or two.
    pub fn state(&self) -> String {
        if self.incident.gone {
            return "gone".to_owned();
        }
        if self.incident.is_phantom() {
            return "same code".to_owned();
        }
        let state = self.incident.state().name();
        match self.decision {
            Some(decision) => format!("{state}, {}", decision.kind.name()),
            None => state.to_owned(),
        }
    }
}

/// The commits that can have made it, in words: `1a2b3c4d5e6f` or `1a2b3c4d5e6f..7a8b9c0d1e2f (3)`.
pub fn commits(incident: &Incident, line: &Line) -> String {
    let short = |hash: &str| hash.get(..12).unwrap_or(hash).to_owned();
    let places = (line.position(&incident.before), line.position(&incident.upto));
    match places {
        (Some(before), Some(upto)) if upto == before + 1 => short(&incident.upto),
        (Some(before), Some(upto)) if upto > before => {
            format!("{}..{} ({})", short(&incident.before), short(&incident.upto), upto - before)
        }
        _ => format!("{}, off the main line", short(&incident.upto)),
    }
}

/// A size with its interval: `+5.2 % [+4.1 %, +6.3 %]`.
pub fn size(size: f64, interval: Option<(f64, f64)>) -> String {
    match interval {
        Some((low, high)) => {
            format!("{} [{}, {}]", units::percent(size), units::percent(low), units::percent(high))
        }
        None => units::percent(size),
    }
}

fn write_table(
    out: &mut impl Write,
    name: &str,
    found: &Found,
    listed: &[Listed],
    all: bool,
    colour: bool,
) -> std::io::Result<()> {
    let counts = format!(
        "{name}: {} series, {}, {}",
        found.series,
        units::counted(found.points, "value"),
        units::counted(found.line.commits.len(), "commit")
    );
    writeln!(out, "{counts}")?;
    let shown: Vec<&Listed> = listed.iter().rev().filter(|one| all || !one.incident.gone).collect();
    if shown.is_empty() {
        writeln!(out, "no change found")?;
    } else {
        let mut rows =
            vec![["incident", "", "state", "commits", "machine", "series", "largest", ""].map(str::to_owned).to_vec()];
        rows.extend(shown.iter().map(|one| {
            let incident = one.incident;
            let largest = incident.largest();
            vec![
                incident.name(name),
                if one.new { "new".to_owned() } else { String::new() },
                one.state(),
                commits(incident, &found.line),
                incident.machine.clone(),
                incident.series.len().to_string(),
                largest.map(|series| size(series.size, series.interval)).unwrap_or_default(),
                largest.map(|series| harmless::line(&series.name).into_owned()).unwrap_or_default(),
            ]
        }));
        out.write_all(columns(&rows, colour).as_bytes())?;
    }
    let count = |test: &dyn Fn(&Listed) -> bool| listed.iter().filter(|one| test(one)).count();
    let gone = count(&|one| one.incident.gone);
    let hidden = if gone > 0 && !all { " (--all lists them)" } else { "" };
    writeln!(
        out,
        "{} new, {} open, {} decided, {} same code, {gone} gone{hidden}",
        listed.iter().filter(|one| one.new).count(),
        count(&|one| one.incident.is_open() && one.decision.is_none()),
        count(&|one| one.decision.is_some() && !one.incident.gone),
        count(&|one| one.incident.is_phantom() && !one.incident.gone)
    )
}

/// An incident as a document.
pub fn document(project: &str, one: &Listed, line: &Line) -> Value {
    let incident = one.incident;
    let position = |hash: &str| line.position(hash);
    json!({
        "incident": incident.name(project), "new": one.new, "state": incident.state().name(), "gone": incident.gone,
        "same_code": incident.is_phantom(), "alarm": one.alarms(), "machine": incident.machine,
        "before": {"commit": incident.before, "position": position(&incident.before)},
        "at": {"commit": incident.at, "position": position(&incident.at)},
        "upto": {"commit": incident.upto, "position": position(&incident.upto)},
        "opened_unix_s": incident.opened_unix_s,
        "series": incident.series.iter().map(|series| json!({
            "series": series.name, "size": series.size, "interval": series.interval, "confidence": series.confidence,
            "worse": series.worse, "same_code": series.same_code,
        })).collect::<Vec<_>>(),
        "decision": one.decision, "confirmations": incident.confirmations, "history": incident.history,
    })
}
