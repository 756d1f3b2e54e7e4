//! Incidents from analysis to analysis: a change that was found before keeps its number, and raises no second alarm.

use crate::decision::Places;
use crate::detect::{Change, Detector};
use crate::error::HistoryError;
use crate::grouping::{Group, group};
use crate::incident::{Event, Incident, IncidentSeries};
use crate::series::{self, Loaded};
use kymo_store::{IncidentRow, PlacedCommit, Project, Store};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What an analysis of a project found.
#[derive(Clone, Debug)]
pub struct Found {
    /// All incidents of the project, by number, those that are gone included.
    pub incidents: Vec<Incident>,
    /// Numbers of those that are new.
    pub new: BTreeSet<u32>,
    /// Series that were looked at.
    pub series: usize,
    /// Values in them.
    pub points: usize,
    /// The commits of the main line.
    pub line: Line,
}

/// The main line of a project.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Its commits, by position.
    pub commits: Vec<PlacedCommit>,
    by_hash: BTreeMap<String, u32>,
}

impl Line {
    /// Reads it from the store.
    ///
    /// # Errors
    /// Those of the store.
    pub fn read(store: &Store, project: &Project) -> Result<Self, HistoryError> {
        let commits = store.line(project.key, 0..u32::MAX)?;
        let by_hash = commits
            .iter()
            .filter_map(|placed| Some((placed.commit.hash.as_str().to_owned(), placed.position?)))
            .collect();
        Ok(Self { commits, by_hash })
    }

    /// The commit at a position.
    pub fn at(&self, position: u32) -> Option<&PlacedCommit> {
        let found = self.commits.binary_search_by_key(&Some(position), |placed| placed.position);
        self.commits.get(found.ok()?)
    }

    fn hash(&self, position: u32) -> String {
        self.at(position).map(|placed| placed.commit.hash.as_str().to_owned()).unwrap_or_default()
    }
}

impl Places for Line {
    fn position(&self, hash: &str) -> Option<u32> {
        // The whole hash, or the beginning of exactly one.
        let mut from = self.by_hash.range(hash.to_owned()..).take_while(|(known, _)| known.starts_with(hash));
        let (known, position) = from.next().filter(|_| !hash.is_empty())?;
        (known == hash || from.next().is_none()).then_some(*position)
    }
}

/// Analyses a project and keeps what was found. `now_unix_s` dates what is new.
///
/// # Errors
/// Those of the store; an incident that cannot be read.
pub fn detect_project(
    store: &mut Store,
    project: &Project,
    detector: &Detector,
    now_unix_s: u64,
) -> Result<Found, HistoryError> {
    let line = Line::read(store, project)?;
    let loaded = series::load(store, project)?;
    let groups = group(detector.changes(&loaded));
    let known = read(store, project)?;
    let (incidents, new) = matched(known.clone(), groups, &loaded, &line, now_unix_s);
    let altered: Vec<&Incident> = incidents.iter().filter(|one| known.iter().all(|other| other != *one)).collect();
    write(store, project, altered.into_iter())?;
    let points = loaded.series.iter().map(|series| series.points.len()).sum();
    Ok(Found { incidents, new, series: loaded.series.len(), points, line })
}

/// The incidents of a project that the store keeps, by number.
///
/// # Errors
/// Those of the store; an incident that cannot be read.
pub fn read(store: &Store, project: &Project) -> Result<Vec<Incident>, HistoryError> {
    let rows = store.incidents(project.key)?;
    let parsed = rows.into_iter().map(|row| {
        serde_json::from_str(&row.content).map_err(|error| HistoryError::Damaged {
            project: project.name.to_string(),
            number: row.number,
            problem: error.to_string(),
        })
    });
    parsed.collect()
}

/// Keeps incidents.
///
/// # Errors
/// Those of the store.
pub fn write<'a>(
    store: &mut Store,
    project: &Project,
    incidents: impl Iterator<Item = &'a Incident>,
) -> Result<(), HistoryError> {
    let rows: Result<Vec<IncidentRow>, HistoryError> = incidents
        .map(|incident| {
            let content = serde_json::to_string(incident).map_err(|error| HistoryError::Damaged {
                project: project.name.to_string(),
                number: incident.number,
                problem: error.to_string(),
            })?;
            Ok(IncidentRow { number: incident.number, content })
        })
        .collect();
    Ok(store.set_incidents(project.key, &rows?)?)
}

/// Gives groups the numbers of the incidents that they are, and new numbers to the others.
fn matched(
    mut incidents: Vec<Incident>,
    groups: Vec<Group>,
    loaded: &Loaded,
    line: &Line,
    now_unix_s: u64,
) -> (Vec<Incident>, BTreeSet<u32>) {
    let names: HashMap<i64, String> = loaded.series.iter().map(|series| (series.id, series.name())).collect();
    let mut new = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for group in &groups {
        let same = best(&incidents, group, line, &seen);
        let number = match same {
            Some(number) => number,
            None => incidents.iter().map(|incident| incident.number).max().unwrap_or(0) + 1,
        };
        seen.insert(number);
        let moved = group.changes.iter().map(|change| moved(change, &names)).collect();
        let (before, upto) = (line.hash(group.before), line.hash(*group.commits.end()));
        let at = line.hash(group.at);
        if let Some(incident) = incidents.iter_mut().find(|incident| incident.number == number) {
            if incident.gone {
                incident.history.push(event(now_unix_s, "found again".to_owned()));
            }
            (incident.before, incident.upto, incident.at) = (before, upto, at);
            incident.series = moved;
            incident.gone = false;
        } else {
            new.insert(number);
            let text = format!("suspected at {}", at.get(..12).unwrap_or(&at));
            incidents.push(Incident {
                number,
                machine: group.machine.clone(),
                opened_unix_s: now_unix_s,
                before,
                upto,
                at,
                series: moved,
                gone: false,
                confirmations: Vec::new(),
                history: vec![event(now_unix_s, text)],
            });
        }
    }
    for incident in incidents.iter_mut().filter(|incident| !seen.contains(&incident.number) && !incident.gone) {
        incident.gone = true;
        incident.history.push(event(now_unix_s, "not found any more".to_owned()));
    }
    (incidents, new)
}

/// The incident that a group is: on the same machine, its commits overlap, and of several the one with most series in common.
fn best(incidents: &[Incident], group: &Group, line: &Line, seen: &BTreeSet<u32>) -> Option<u32> {
    let ids: BTreeSet<i64> = group.changes.iter().map(|change| change.series).collect();
    incidents
        .iter()
        .filter(|incident| incident.machine == group.machine && !seen.contains(&incident.number))
        .filter(|incident| {
            let own = (line.position(&incident.before), line.position(&incident.upto));
            matches!(own, (Some(before), Some(upto)) if before < *group.commits.end() && *group.commits.start() <= upto)
        })
        .max_by_key(|incident| {
            let common = incident.series.iter().filter(|series| ids.contains(&series.series)).count();
            (common, std::cmp::Reverse(incident.number))
        })
        .map(|incident| incident.number)
}

fn moved(change: &Change, names: &HashMap<i64, String>) -> IncidentSeries {
    IncidentSeries {
        series: change.series,
        name: names.get(&change.series).cloned().unwrap_or_default(),
        size: change.size,
        interval: change.interval,
        confidence: change.confidence,
        worse: change.worse,
        same_code: change.same_code,
        spark: change.spark.clone(),
        spark_at: change.spark_at,
    }
}

fn event(unix_s: u64, text: String) -> Event {
    Event { unix_s, text }
}
