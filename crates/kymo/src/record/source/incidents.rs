//! Incidents with their commits and what was decided.

use super::super::project as named;
use super::{failed, from_cli, lines};
use kymo_history::decision::Places;
use kymo_history::register::{self, Line};
use kymo_history::{Decisions, Incident, State};
use kymo_site::entries::{self, IncidentCommit, IncidentState};
use kymo_site::source::SourceError;
use kymo_store::Store;

/// Commits of a range that are listed.
const COMMITS_LISTED: usize = 50;

/// Values of a spark line.
const SPARK_MAX: usize = 40;

/// The incidents that a site shows: those that are gone, and those that are none of the program's, are left out.
pub fn incidents(store: &Store) -> Result<Vec<entries::Incident>, SourceError> {
    let mut list = Vec::new();
    for (project, line) in lines(store)?.into_values() {
        // A repository that is not on this machine has decisions that nobody can read: the rest is shown.
        let decisions = named::decisions(&project, None).map_err(from_cli)?;
        let all = register::read(store, &project).map_err(failed)?;
        let shown = all.iter().filter(|incident| !incident.gone && !incident.is_phantom());
        list.extend(shown.filter_map(|incident| entry(project.name.as_str(), incident, &decisions, &line)));
    }
    Ok(list)
}

fn state(state: State) -> IncidentState {
    match state {
        State::Suspected => IncidentState::Suspected,
        State::Confirmed => IncidentState::Confirmed,
        State::Refuted => IncidentState::Refuted,
        State::Unconfirmed => IncidentState::Unconfirmed,
    }
}

fn entry(project: &str, incident: &Incident, decisions: &Decisions, line: &Line) -> Option<entries::Incident> {
    let (first, last) = (line.position(&incident.before)? + 1, line.position(&incident.upto)?);
    let largest = incident.largest()?;
    let name = incident.name(project);
    let decision = decisions.on_all(incident, line).map(|decision| entries::Decision {
        kind: decision.kind.name().to_owned(),
        reason: decision.reason.clone(),
        by: decision.by.clone(),
        date: Some(decision.date.clone()),
    });
    let commits = (first..=last).take(COMMITS_LISTED).filter_map(|position| {
        let commit = &line.at(position)?.commit;
        Some(IncidentCommit {
            position,
            hash: commit.hash.to_string(),
            title: commit.title.clone(),
            author: commit.author.clone(),
            unix_s: commit.committed_unix_s,
        })
    });
    Some(entries::Incident {
        state: state(incident.state()),
        project: project.to_owned(),
        machine: incident.machine.clone(),
        first,
        last,
        at: line.position(&incident.at).unwrap_or(last),
        opened_unix_s: incident.opened_unix_s,
        size: largest.size,
        worse: largest.worse,
        commits: commits.collect(),
        commits_total: last + 1 - first,
        series: incident.series.iter().map(moved).collect(),
        series_total: incident.series.len() as u32,
        decision,
        history: incident
            .history
            .iter()
            .map(|event| entries::Happened { unix_s: event.unix_s, text: event.text.clone() })
            .collect(),
        reproduce: Some(format!("kymo confirm {name}")),
        confirmations: incident.confirmations.iter().map(confirmation).collect(),
        id: name,
    })
}

fn moved(series: &kymo_history::IncidentSeries) -> entries::Moved {
    entries::Moved {
        series: series.series,
        size: series.size,
        low: series.interval.map(|interval| interval.0),
        high: series.interval.map(|interval| interval.1),
        confidence: Some(series.confidence),
        spark: series.spark.iter().take(SPARK_MAX).map(|value| Some(*value)).collect(),
        spark_at: series.spark_at.min(SPARK_MAX) as u32,
    }
}

fn confirmation(one: &kymo_history::incident::Confirmation) -> entries::Confirmation {
    entries::Confirmation {
        run: one.run.clone(),
        verdict: one.state.name().to_owned(),
        size: one.size.map(|size| size.0),
        low: one.size.map(|size| size.1),
        high: one.size.map(|size| size.2),
    }
}
