//! A source that says something else than the one it is made of.

use kymo_site::entries::{Benchmark, Commit, Incident, Machine, Project, Run, RunSamples};
use kymo_site::{Generation, PointSet, SeriesInfo, Source, SourceError};
use std::ops::Range;

/// The source inside, but for what was changed.
pub struct Altered<S> {
    /// What it is made of.
    pub inner: S,
    /// Instead of its generation.
    pub generation: Option<Generation>,
    /// Instead of its points of filings.
    pub filings: Option<PointSet>,
    /// Makes texts of what people named.
    pub rename: fn(String) -> String,
}

impl<S: Source> Altered<S> {
    /// The same.
    pub fn new(inner: S) -> Self {
        Self { inner, generation: None, filings: None, rename: |name| name }
    }
}

impl<S: Source> Source for Altered<S> {
    fn generation(&self) -> Result<Generation, SourceError> {
        self.generation.map_or_else(|| self.inner.generation(), Ok)
    }

    fn projects(&self) -> Result<Vec<Project>, SourceError> {
        let projects = self.inner.projects()?.into_iter();
        Ok(projects.map(|one| Project { name: (self.rename)(one.name), ..one }).collect())
    }

    fn commits(&self, project: &str, from: u32) -> Result<Vec<Commit>, SourceError> {
        let commits = self.inner.commits(project, from)?.into_iter();
        Ok(commits.map(|one| Commit { title: (self.rename)(one.title), ..one }).collect())
    }

    fn series(&self) -> Result<Vec<SeriesInfo>, SourceError> {
        let rename = self.rename;
        let series = self.inner.series()?.into_iter();
        let renamed = series.map(|one| SeriesInfo {
            project: rename(one.project),
            benchmark: rename(one.benchmark),
            variant: rename(one.variant),
            ..one
        });
        Ok(renamed.collect())
    }

    fn points(&self, ids: &[i64], positions: Range<u32>) -> Result<PointSet, SourceError> {
        self.inner.points(ids, positions)
    }

    fn points_of_filings(&self, after: u64) -> Result<PointSet, SourceError> {
        self.filings.clone().map_or_else(|| self.inner.points_of_filings(after), Ok)
    }

    fn incidents(&self) -> Result<Vec<Incident>, SourceError> {
        let incidents = self.inner.incidents()?.into_iter();
        Ok(incidents.map(|one| Incident { project: (self.rename)(one.project), ..one }).collect())
    }

    fn machines(&self) -> Result<Vec<Machine>, SourceError> {
        self.inner.machines()
    }

    fn benchmarks(&self) -> Result<Vec<Benchmark>, SourceError> {
        self.inner.benchmarks()
    }

    fn runs(&self) -> Result<Vec<Run>, SourceError> {
        self.inner.runs()
    }

    fn samples(&self, run: &str) -> Result<Option<RunSamples>, SourceError> {
        self.inner.samples(run)
    }
}
