//! Runs filed under commits.

use super::points::{self, Context, Keys, PointValue, SeriesKey};
use super::{lines, projects};
use crate::db::{Db, Lock, Parameter};
use crate::fault::Fault;
use crate::sql_record as sql;
use kymo_model::{Filing, Machine, RunId};

/// What a run gave for a series, to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewPoint {
    /// The series, which is made on first use.
    pub series: SeriesKey,
    /// What was measured.
    pub value: PointValue,
    /// What it was measured with.
    pub context: Context,
}

/// A run that was filed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledRun {
    /// Its key: later filings have larger ones.
    pub key: i64,
    /// The run.
    pub run: RunId,
    /// The key of its project.
    pub project: i64,
    /// The commit's hash.
    pub commit: String,
    /// Where it stands on the main line; `None` off it.
    pub position: Option<u32>,
    /// The machine's name.
    pub machine: String,
    /// The machine's fingerprint.
    pub fingerprint: String,
    /// Start of the run, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
}

/// Files a run that is in the store. The same run twice is no error, and changes nothing.
pub fn file(db: &Db, id: &RunId, filing: &Filing, machine: &Machine, new: &[NewPoint]) -> Result<i64, Fault> {
    // Whoever asks for what was filed behind a key must not miss one that is made before and seen after.
    db.lock(Lock::Record)?;
    if let Some(key) = db.row(sql::FILING_OF, &[&id.as_str()], |row| row.get(0))? {
        return Ok(key);
    }
    let project = match projects::find(db, &filing.project)? {
        Some(project) => project,
        None => projects::set(db, &filing.project, &projects::ProjectSource::default())?,
    };
    lines::keep(db, project.key, &filing.commit)?;
    let commit = filing.commit.hash.as_str();
    let parameters: [&dyn Parameter; 5] = [&project.key, &commit, &machine.name, &machine.fingerprint, &id.as_str()];
    let inserted = db.row(sql::INSERT_FILING, &parameters, |row| row.get(0))?;
    let key: i64 = inserted.ok_or_else(|| Fault::NoSuchRun(id.clone()))?;
    let mut keys = Keys::default();
    for point in new {
        let series = points::series_key(db, project.key, &machine.name, &point.series)?;
        let context = keys.context(db, &point.context)?;
        points::insert(db, key, series, &point.value, context)?;
    }
    lines::place_filings(db, project.key)?;
    Ok(key)
}

/// The filings after this one, in the order in which they were made.
pub fn after(db: &Db, key: i64) -> Result<Vec<FiledRun>, Fault> {
    db.rows(sql::FILINGS, &[&key], |row| {
        Ok(FiledRun {
            key: row.get(0)?,
            run: RunId::new(row.get::<String>(1)?),
            project: row.get(2)?,
            commit: row.get(3)?,
            position: row.get(4)?,
            machine: row.get(5)?,
            fingerprint: row.get(6)?,
            created_unix_s: row.get(7)?,
        })
    })
}

/// The key of the newest filing, 0 where there is none; and how many there are, which is less where runs were removed.
pub fn last(db: &Db) -> Result<(i64, i64), Fault> {
    db.one(sql::LAST_FILING, &[], |row| Ok((row.get(0)?, row.get(1)?)))
}
