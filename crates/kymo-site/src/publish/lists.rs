//! What pages show beside points: commits, incidents, runs, machines, benchmarks.

use super::base::Base;
use super::shards::Points;
use super::{Options, PublishError, samples};
use crate::entries::{Incident, IncidentState, Machine, Project, Run};
use crate::folder::{Folder, FolderError};
use crate::format::COMMITS_IN_FILE;
use crate::format::figures::four;
use crate::format::head::{Commits, HeadProject};
use crate::format::parts;
use crate::source::{SeriesInfo, Source, SourceError};
use serde::Serialize;
use std::collections::HashMap;

/// Series of an incident that are published, largest change first.
const INCIDENT_SERIES: usize = 100;

/// Commits of an incident that are published.
const INCIDENT_COMMITS: usize = 50;

/// Digits of a hash that are published.
const HASH_DIGITS: usize = 12;

/// Characters of a commit's title, and of a name, that are published.
const TITLE_CHARS: usize = 200;

/// What was written, for the head and for what is made of it.
pub struct Lists {
    /// References of the parts of incidents.
    pub incident_parts: Vec<String>,
    /// The incidents, oldest first, their series by number.
    pub incidents: Vec<Incident>,
    /// Reference of the machines.
    pub machines: String,
    /// The machines.
    pub machine_list: Vec<Machine>,
    /// Reference of the benchmarks.
    pub benchmarks: String,
    /// References of the parts of runs.
    pub runs: Vec<String>,
    /// The projects with their commits.
    pub projects: Vec<HeadProject>,
}

/// Writes them, and puts into the newest values what incidents and series say.
///
/// # Errors
/// When the source or the folder fails.
pub fn write(
    source: &dyn Source,
    folder: &Folder,
    base: Option<&Base>,
    projects: &[Project],
    points: &mut Points,
    series: &[SeriesInfo],
    options: &Options,
) -> Result<Lists, PublishError> {
    let mut incidents = numbered(source.incidents()?, points);
    changes(&incidents, points, series);
    incidents.iter_mut().for_each(trim);
    let machine_list = source.machines()?;
    let mut runs = source.runs()?;
    samples::publish(source, folder, base, &mut runs, options.samples)?;
    let projects: Result<Vec<HeadProject>, PublishError> =
        projects.iter().map(|project| commits(source, folder, base, project)).collect();
    Ok(Lists {
        incident_parts: put_parts(folder, "incidents", &incidents)?,
        machines: folder.put_json("machines", &machine_list)?,
        machine_list,
        benchmarks: folder.put_json("benchmarks", &source.benchmarks()?)?,
        runs: put_parts::<Run>(folder, "runs", &runs)?,
        projects: projects?,
        incidents,
    })
}

fn put_parts<T: Serialize>(folder: &Folder, kind: &str, entries: &[T]) -> Result<Vec<String>, PublishError> {
    let entries: Result<Vec<Vec<u8>>, _> = entries.iter().map(serde_json::to_vec).collect();
    let entries = entries.map_err(|error| SourceError::new(format!("{kind}: {error}")))?;
    let put = parts::join(&entries).iter().map(|part| folder.put(kind, part)).collect::<Result<_, FolderError>>();
    Ok(put?)
}

/// In order, and their series by number, those that moved most first.
fn numbered(mut incidents: Vec<Incident>, points: &Points) -> Vec<Incident> {
    let numbers: HashMap<i64, usize> = points.ids.iter().copied().zip(0..).collect();
    incidents.sort_by(|a, b| (a.opened_unix_s, &a.id).cmp(&(b.opened_unix_s, &b.id)));
    for incident in &mut incidents {
        incident.series.retain(|moved| numbers.contains_key(&moved.series));
        for moved in &mut incident.series {
            moved.series = numbers[&moved.series] as i64;
        }
        incident.series.sort_by(|a, b| b.size.abs().total_cmp(&a.size.abs()).then(a.series.cmp(&b.series)));
        incident.series_total = incident.series.len() as u32;
    }
    incidents
}

/// Leaves out what would make the file large and nobody reads.
fn trim(incident: &mut Incident) {
    incident.series.truncate(INCIDENT_SERIES);
    for moved in &mut incident.series {
        moved.size = four(moved.size).unwrap_or_default();
        moved.low = moved.low.and_then(four);
        moved.high = moved.high.and_then(four);
        for value in &mut moved.spark {
            *value = value.and_then(four);
        }
    }
    incident.commits.truncate(INCIDENT_COMMITS);
    for commit in &mut incident.commits {
        commit.hash = start(&commit.hash, HASH_DIGITS);
        commit.title = start(&commit.title, TITLE_CHARS);
    }
}

/// The last change of each series by its incidents, and its noise by its source.
fn changes(incidents: &[Incident], points: &mut Points, series: &[SeriesInfo]) {
    let latest = &mut points.latest;
    latest.change.fill(None);
    let mut order: Vec<&Incident> = incidents.iter().filter(|one| one.state != IncidentState::Refuted).collect();
    order.sort_by_key(|incident| incident.at);
    for moved in order.into_iter().flat_map(|incident| &incident.series) {
        latest.change[moved.series as usize] = four(moved.size);
    }
    let noise: HashMap<i64, f64> = series.iter().filter_map(|one| Some((one.id, one.noise?))).collect();
    for (number, id) in points.ids.iter().enumerate() {
        latest.noise[number] = noise.get(id).copied().and_then(four);
    }
}

/// A project with its commits; files that are full stay.
fn commits(
    source: &dyn Source,
    folder: &Folder,
    base: Option<&Base>,
    project: &Project,
) -> Result<HeadProject, PublishError> {
    let before = base.and_then(|base| base.head.projects.iter().find(|before| before.project.name == project.name));
    let full = before.map_or(0, |before| before.project.commits / COMMITS_IN_FILE);
    let mut files: Vec<String> = before.map_or_else(Vec::new, |before| before.commit_files.clone());
    files.truncate(full as usize);
    let mut first = files.len() as u32 * COMMITS_IN_FILE;
    for commits in source.commits(&project.name, first)?.chunks(COMMITS_IN_FILE as usize) {
        let file = Commits {
            first,
            hashes: commits.iter().map(|commit| start(&commit.hash, HASH_DIGITS)).collect(),
            unix_s: commits.iter().map(|commit| commit.unix_s).collect(),
            titles: commits.iter().map(|commit| start(&commit.title, TITLE_CHARS)).collect(),
            authors: commits.iter().map(|commit| start(&commit.author, TITLE_CHARS)).collect(),
        };
        files.push(folder.put_json("commits", &file)?);
        first += commits.len() as u32;
    }
    Ok(HeadProject { project: Project { commits: first, ..project.clone() }, commit_files: files })
}

fn start(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}
