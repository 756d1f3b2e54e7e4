//! Files runs under commits: the commit is looked up before anything is measured, the points are kept afterwards.

use super::project;
use crate::cli::{BesideArgs, FilingArgs};
use crate::commands::variants::Variants;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::units;
use kymo_history::Repository;
use kymo_lab::analysis::{RunPoint, run_points};
use kymo_model::{Anchor, Commit, Filing, GitHash, ProjectName, Run, RunState, Variant};
use kymo_store::{
    Context as PointContext, LineChange, Measured, NewPoint, PointValue, ProjectSource, SeriesKey, Store,
};
use std::collections::BTreeMap;

/// What is needed to file runs under a commit.
pub struct Filer {
    project: ProjectName,
    commit: Commit,
    source: ProjectSource,
    /// The main line, oldest first; `None` without a repository.
    line: Option<Vec<Commit>>,
    repository: Option<Repository>,
}

impl Filer {
    /// Looks the project's commit up; `None` where no project is named.
    ///
    /// # Errors
    /// When there is no repository or no such commit. A whole hash is taken without a repository.
    pub fn prepare(store: Option<&Store>, args: &FilingArgs) -> Result<Option<Self>, CliError> {
        let Some(name) = &args.project else { return Ok(None) };
        let known = store.map(|store| store.project(name)).transpose()?.flatten();
        let hash: Option<GitHash> = args.commit.as_deref().and_then(|text| text.parse().ok());
        let repository = match (project::repository(known.as_ref(), args.repo.as_deref()), hash) {
            (Ok(repository), _) => repository,
            (Err(_), Some(hash)) if args.repo.is_none() => {
                let source = ProjectSource { branch: args.branch.clone(), ..ProjectSource::default() };
                let commit = Commit::unknown(hash);
                return Ok(Some(Self { project: name.clone(), commit, source, line: None, repository: None }));
            }
            (Err(error), _) => return Err(error),
        };
        let commit = repository.commit(args.commit.as_deref().unwrap_or("HEAD"))?;
        let known_branch = known.as_ref().and_then(|project| project.source.branch.clone());
        let branch = match args.branch.clone().or(known_branch) {
            Some(branch) => branch,
            None => repository.main_branch()?,
        };
        let line = Some(repository.line(&branch)?);
        let web_url = match known.and_then(|project| project.source.web_url) {
            None => repository.web_url()?,
            known => known,
        };
        let path = repository.path().display().to_string();
        let source = ProjectSource { repository: Some(path), web_url, branch: Some(branch) };
        Ok(Some(Self { project: name.clone(), commit, source, line, repository: Some(repository) }))
    }

    /// What the run's document says of where it belongs.
    ///
    /// # Errors
    /// When a release that anchors are built from is not known, or two variants would be the same series.
    pub fn filing(&self, variants: &[Variant], beside: &Beside) -> Result<Filing, CliError> {
        let mut anchors = Vec::new();
        for (release, variant) in &beside.anchors {
            let commit = match (&self.repository, release.parse::<GitHash>()) {
                (Some(repository), _) => repository.commit(release)?,
                (None, Ok(hash)) => Commit::unknown(hash),
                (None, Err(_)) => {
                    return Err(CliError::usage(format!(
                        "--anchor {release}: without a repository, name a whole hash"
                    )));
                }
            };
            anchors.push(Anchor { variant: *variant, release: release.clone(), commit });
        }
        let filing =
            Filing { project: self.project.clone(), commit: self.commit.clone(), canary: beside.canary, anchors };
        distinct(variants, &filing)?;
        Ok(filing)
    }

    /// Keeps the project, its main line and the run's points. A run that is not finished waits until it is.
    ///
    /// # Errors
    /// Those of the store.
    pub fn file(&self, store: &mut Store, run: &Run, quiet: bool) -> Result<(), CliError> {
        let change = self.sync(store)?;
        if change.left > 0 && !quiet {
            let count = units::counted(change.left, "commit");
            remark(format_args!("{count} left the main line of {}, which was rewritten", self.project));
        }
        file(store, run, quiet)
    }

    /// Keeps the project and its main line.
    ///
    /// # Errors
    /// Those of the store.
    pub fn sync(&self, store: &mut Store) -> Result<LineChange, CliError> {
        let project = store.set_project(&self.project, &self.source)?;
        Ok(match &self.line {
            Some(line) => store.set_line(project.key, line)?,
            None => LineChange::default(),
        })
    }
}

/// Files a run that says where it belongs, once it is finished.
///
/// # Errors
/// Those of the store.
pub fn file(store: &mut Store, run: &Run, quiet: bool) -> Result<(), CliError> {
    let Some(filed) = run.filed.as_ref().filter(|_| run.state == RunState::Finished) else { return Ok(()) };
    store.file(&run.id, filed, &run.machine, &new_points(run, filed))?;
    if quiet {
        return Ok(());
    }
    let project = store.project(&filed.project)?;
    let commits = project.map(|project| store.find_commits(project.key, filed.commit.hash.as_str(), 1)).transpose()?;
    let place = commits.and_then(|found| found.first().and_then(|placed| placed.position));
    let short = filed.commit.hash.short();
    match place {
        Some(_) => remark(format_args!("filed under {} at {short}", filed.project)),
        None => remark(format_args!(
            "filed under {} at {short}, which is not on the main line: it is kept, and no point of the history",
            filed.project
        )),
    }
    Ok(())
}

/// Variants that are measured beside the commit's, by their index in the plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    canary: Option<u32>,
    anchors: Vec<(String, u32)>,
}

impl Beside {
    /// The engines to resolve after those of the commit.
    pub fn engines(args: &BesideArgs) -> Vec<String> {
        args.canary.iter().cloned().chain(args.anchors.iter().map(|(_, engine)| engine.clone())).collect()
    }

    /// Where they are, once they were resolved after `subjects` variants.
    pub fn after(args: &BesideArgs, subjects: &Variants) -> Self {
        let mut next = u32::try_from(subjects.variants.len()).unwrap_or(u32::MAX);
        let mut place = || {
            next += 1;
            next - 1
        };
        let canary = args.canary.as_ref().map(|_| place());
        Self { canary, anchors: args.anchors.iter().map(|(release, _)| (release.clone(), place())).collect() }
    }
}

/// The variant's name in series: the build is another at each commit, so its name is left off.
fn series_variant(variant: &Variant, filing: &Filing, index: u32) -> String {
    match &variant.build {
        Some(build) if filing.is_subject(index) => variant.name.replacen(&format!("@{build}"), "", 1),
        _ => variant.name.clone(),
    }
}

fn distinct(variants: &[Variant], filing: &Filing) -> Result<(), CliError> {
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for (index, variant) in variants.iter().enumerate() {
        let index = index as u32;
        if !filing.is_subject(index) {
            continue;
        }
        let name = series_variant(variant, filing, index);
        if let Some(other) = names.insert(name.clone(), &variant.name) {
            let message = format!("{other} and {} are both '{name}' at the commit", variant.name);
            return Err(CliError::usage(message).with_hint(
                "a commit has one build of an engine; name the other one with --canary or --anchor, or leave it out",
            ));
        }
    }
    Ok(())
}

/// The points of a run that belongs to a commit.
pub fn new_points(run: &Run, filing: &Filing) -> Vec<NewPoint> {
    run_points(run).into_iter().filter_map(|point| new_point(run, filing, point)).collect()
}

fn new_point(run: &Run, filing: &Filing, point: RunPoint) -> Option<NewPoint> {
    let index = point.variant as u32;
    // An anchor is a build of another commit than the one that the run is filed under.
    if filing.anchors.iter().any(|anchor| anchor.variant == index) {
        return None;
    }
    let benchmark = run.plan.benchmarks.get(point.benchmark)?;
    let variant = run.plan.variants.get(point.variant)?;
    let relative_to = match point.relative_to {
        Some(canary) => run.plan.variants.get(canary)?.name.clone(),
        None => String::new(),
    };
    let series = SeriesKey {
        benchmark: benchmark.name.to_string(),
        phase: point.phase,
        metric: point.metric,
        variant: series_variant(variant, filing, index),
        relative_to,
        canary: filing.canary == Some(index),
    };
    let value = match point.value {
        Ok(estimate) => PointValue::Measured(Measured {
            value: estimate.value,
            interval: estimate.interval,
            invocations: estimate.invocations as u32,
        }),
        Err(outcome) => PointValue::Failed(outcome.to_owned()),
    };
    let engine = run.engines.get(point.variant);
    let context = PointContext {
        fingerprint: run.machine.fingerprint.clone(),
        module: benchmark.sha256.to_string(),
        build: engine.map(|engine| format!("{} ({})", engine.version, engine.build_id)).unwrap_or_default(),
        code: point.code.map(|code| code.to_string()).unwrap_or_default(),
    };
    Some(NewPoint { series, value, context })
}
