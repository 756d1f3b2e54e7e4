//! The store's interface to the record: each call is one transaction.

use crate::record::{chain, filings, incidents, lines, points, projects};
use crate::store::now_unix_s;
use crate::{
    ChainReport, ChainState, Context, FiledRun, IncidentRow, LineChange, NewPoint, PlacedCommit, Point, Project,
    ProjectSource, SeriesRow, Store, StoreError,
};
use kymo_model::{Commit, Filing, Machine, ProjectName, RunId};
use std::collections::HashMap;
use std::ops::Range;

impl Store {
    /// All projects, by name.
    pub fn projects(&self) -> Result<Vec<Project>, StoreError> {
        self.read(projects::all)
    }

    /// The project with this name, if there is one.
    pub fn project(&self, name: &ProjectName) -> Result<Option<Project>, StoreError> {
        self.read(|db| projects::find(db, name))
    }

    /// The project with this name, made on first use; what `source` knows replaces what was known of it.
    pub fn set_project(&mut self, name: &ProjectName, source: &ProjectSource) -> Result<Project, StoreError> {
        self.write(|db, _| projects::set(db, name, source))
    }

    /// Makes these commits, oldest first, the main line of a project. What was on the line and is no more leaves it, and
    /// is kept; a line that begins later than the known one keeps the known beginning.
    pub fn set_line(&mut self, project: i64, line: &[Commit]) -> Result<LineChange, StoreError> {
        self.write(|db, _| lines::set(db, project, line))
    }

    /// The commits at these positions of the main line, in order.
    pub fn line(&self, project: i64, positions: Range<u32>) -> Result<Vec<PlacedCommit>, StoreError> {
        self.read(|db| lines::read(db, project, positions))
    }

    /// Commits on the main line.
    pub fn line_length(&self, project: i64) -> Result<u32, StoreError> {
        self.read(|db| lines::length(db, project))
    }

    /// The known commits, on the line and off it, whose hash begins so; at most `limit`.
    pub fn find_commits(&self, project: i64, prefix: &str, limit: u32) -> Result<Vec<PlacedCommit>, StoreError> {
        self.read(|db| lines::find(db, project, prefix, limit))
    }

    /// Files a run of this store under a commit, with its points. The same run twice changes nothing.
    pub fn file(
        &mut self,
        run: &RunId,
        filing: &Filing,
        machine: &Machine,
        new: &[NewPoint],
    ) -> Result<i64, StoreError> {
        self.write(|db, _| filings::file(db, run, filing, machine, new))
    }

    /// The filings after this key, in the order in which they were made; all for 0.
    pub fn filings_after(&self, key: i64) -> Result<Vec<FiledRun>, StoreError> {
        self.read(|db| filings::after(db, key))
    }

    /// The key of the newest filing, 0 where there is none; and how many there are, which is less where runs were removed.
    pub fn last_filing(&self) -> Result<(i64, i64), StoreError> {
        self.read(filings::last)
    }

    /// All series, by key.
    pub fn series(&self) -> Result<Vec<SeriesRow>, StoreError> {
        self.read(points::series)
    }

    /// What points were measured with, by key.
    pub fn contexts(&self) -> Result<HashMap<i64, Context>, StoreError> {
        self.read(points::contexts)
    }

    /// Hands over the points of a project that stand at these positions of its main line, in the order in which they were
    /// filed.
    pub fn points_of_project(
        &self,
        project: i64,
        positions: Range<u32>,
        each: &mut dyn FnMut(Point),
    ) -> Result<(), StoreError> {
        self.read(|db| points::of_project(db, project, positions, each))
    }

    /// Hands over those of the series with keys from `keys.0` to `keys.1`.
    pub fn points_of_series(
        &self,
        project: i64,
        positions: Range<u32>,
        keys: (i64, i64),
        each: &mut dyn FnMut(Point),
    ) -> Result<(), StoreError> {
        self.read(|db| points::of_series(db, project, positions, keys, each))
    }

    /// Hands over the points of all filings after this key that stand on a main line.
    pub fn points_after(&self, filing: i64, each: &mut dyn FnMut(Point)) -> Result<(), StoreError> {
        self.read(|db| points::after(db, filing, each))
    }

    /// The incidents of a project, by number.
    pub fn incidents(&self, project: i64) -> Result<Vec<IncidentRow>, StoreError> {
        self.read(|db| incidents::all(db, project))
    }

    /// Keeps incidents of a project; each replaces the one with its number.
    pub fn set_incidents(&mut self, project: i64, rows: &[IncidentRow]) -> Result<(), StoreError> {
        self.write(|db, _| incidents::set(db, project, rows))
    }

    /// The end of the chain of finished runs.
    pub fn chain(&self) -> Result<ChainState, StoreError> {
        self.read(chain::state)
    }

    /// Reads every link and every run's document again. `known` is a link, or its beginning, that was written down.
    pub fn verify(&self, known: Option<&str>) -> Result<ChainReport, StoreError> {
        self.read(|db| chain::verify(db, known))
    }

    /// Links every finished run that has no link, oldest first; how many there were.
    pub fn link_all(&mut self) -> Result<usize, StoreError> {
        self.write(|db, _| chain::keep_all(db, now_unix_s()))
    }
}
