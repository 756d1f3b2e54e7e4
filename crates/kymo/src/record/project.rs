//! Which project, which incident, which file of decisions.

use crate::cli::ProjectArgs;
use crate::error::CliError;
use kymo_history::decision::DECISIONS_FILE;
use kymo_history::{Decisions, Detector, Incident, Repository, register};
use kymo_model::ProjectName;
use kymo_store::{Project, Store};
use std::path::{Path, PathBuf};

/// The project that is named; the only one, where none is.
///
/// # Errors
/// When there is none of that name, none at all, or several to choose from.
pub fn project(store: &Store, named: Option<&ProjectName>) -> Result<Project, CliError> {
    let mut projects = store.projects()?;
    let list = projects.iter().map(|project| project.name.to_string()).collect::<Vec<_>>().join(", ");
    if let Some(name) = named {
        let found = projects.into_iter().find(|project| project.name == *name);
        let hint = if list.is_empty() { none_hint().to_owned() } else { format!("the store knows {list}") };
        return found
            .ok_or_else(|| CliError::usage(format!("--project {name}: there is no such project")).with_hint(hint));
    }
    match projects.len() {
        0 => Err(CliError::usage("the store has no project yet").with_hint(none_hint())),
        1 => Ok(projects.remove(0)),
        _ => {
            Err(CliError::usage(format!("the store has several projects: {list}")).with_hint("name one with --project"))
        }
    }
}

fn none_hint() -> &'static str {
    "a project begins with the first run that is filed under it: kymo run SUITE --project NAME --commit COMMIT"
}

/// The project and the incident that a name like `wasmtime-12` means.
///
/// # Errors
/// When there is none of that name.
pub fn incident(store: &Store, text: &str) -> Result<(Project, Incident), CliError> {
    let wrong = || CliError::usage(format!("'{text}' is no incident: write PROJECT-NUMBER, as kymo detect lists them"));
    let (name, number) = text.rsplit_once('-').ok_or_else(wrong)?;
    let (name, number): (ProjectName, u32) = (name.parse().map_err(|_| wrong())?, number.parse().map_err(|_| wrong())?);
    let project = project(store, Some(&name))?;
    let known = register::read(store, &project)?;
    let count = known.len();
    match known.into_iter().find(|incident| incident.number == number) {
        Some(incident) => Ok((project, incident)),
        None => Err(CliError::usage(format!("{name} has no incident {number}"))
            .with_hint(format!("it has {count}; kymo detect --project {name} lists them"))),
    }
}

/// The file with a project's decisions: as named, else in its repository.
///
/// # Errors
/// When the repository is not known.
pub fn decisions_path(project: &Project, named: Option<&Path>) -> Result<PathBuf, CliError> {
    if let Some(path) = named {
        return Ok(path.to_owned());
    }
    match &project.source.repository {
        Some(repository) => Ok(Path::new(repository).join(DECISIONS_FILE)),
        None => Err(CliError::usage(format!("the repository of {} is not known", project.name)).with_hint(format!(
            "name the file with --decisions, or the repository: kymo history sync --project {} --repo FOLDER",
            project.name
        ))),
    }
}

/// The decisions of a project; none where its repository is not known and no file is named.
///
/// # Errors
/// When the file cannot be read.
pub fn decisions(project: &Project, named: Option<&Path>) -> Result<Decisions, CliError> {
    if named.is_none() && project.source.repository.is_none() {
        return Ok(Decisions::default());
    }
    let path = decisions_path(project, named)?;
    if named.is_some() && !path.exists() {
        return Err(CliError::usage(format!("--decisions {}: there is no such file", path.display())));
    }
    Ok(Decisions::read(&path)?)
}

/// The project of a command, and its decisions.
///
/// # Errors
/// Those of [`project`] and [`decisions`].
pub fn chosen(store: &Store, args: &ProjectArgs) -> Result<(Project, Decisions), CliError> {
    let project = project(store, args.project.as_ref())?;
    let decisions = decisions(&project, args.decisions.as_deref())?;
    Ok((project, decisions))
}

/// The detector for a project: with the calibrated floors of all machines of the store, and what the project says counts.
///
/// # Errors
/// Those of the store.
pub fn detector(store: &Store, project: &ProjectName) -> Result<Detector, CliError> {
    let rule = store.regression_rule(project).map_err(CliError::failure)?.unwrap_or_default();
    let mut detector = Detector { rule, ..Detector::default() };
    let mut fingerprints: Vec<String> = store.contexts()?.into_values().map(|context| context.fingerprint).collect();
    fingerprints.sort();
    fingerprints.dedup();
    for fingerprint in fingerprints {
        // A job's points carry the environment, too, behind a plus; floors are the machine's.
        let machine = fingerprint.split('+').next().unwrap_or_default();
        for floor in store.floors(machine)? {
            let benchmark = floor.benchmark.as_ref().map(ToString::to_string).unwrap_or_default();
            let key = (fingerprint.clone(), benchmark, floor.phase.name(), floor.metric.name());
            let known = detector.floors.entry(key).or_insert(0.0);
            *known = known.max(floor.floor.get());
        }
    }
    Ok(detector)
}

/// The repository of a project: as named, where it was the last time, else the one that the working folder is in.
///
/// # Errors
/// When there is none at that place.
pub fn repository(project: Option<&Project>, named: Option<&Path>) -> Result<Repository, CliError> {
    if let Some(path) = named {
        if !path.is_dir() {
            return Err(CliError::usage(format!("--repo {}: there is no such folder", path.display())));
        }
        return Ok(Repository::at(path)?);
    }
    match project.and_then(|project| project.source.repository.as_deref()) {
        Some(known) => Ok(Repository::at(Path::new(known))?),
        None => Ok(Repository::at(Path::new("."))?),
    }
}

/// The commit of a decision, as it stands in the file: whole.
///
/// # Errors
/// When nobody knows it.
pub fn commit(store: &Store, project: &Project, name: &str) -> Result<String, CliError> {
    let known = store.find_commits(project.key, name, 2)?;
    if let ([only], true) = (&known[..], name.len() >= 7) {
        return Ok(only.commit.hash.to_string());
    }
    let repository = repository(Some(project), None)?;
    Ok(repository.commit(name)?.hash.to_string())
}
