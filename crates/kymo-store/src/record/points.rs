//! Series and their points.

use crate::db::{Db, Parameter, Row};
use crate::fault::Fault;
use crate::sql_record as sql;
use kymo_model::{Metric, Phase};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// What a series is of, within its project and on its machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeriesKey {
    /// The benchmark.
    pub benchmark: String,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// The variant, without the name of its build, which is another at each commit.
    pub variant: String,
    /// The canary that its values are divided by; empty for values as measured.
    pub relative_to: String,
    /// Whether it is the canary's own.
    pub canary: bool,
}

/// A series, as the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeriesRow {
    /// Its key in this store: it never changes.
    pub id: i64,
    /// The key of its project.
    pub project: i64,
    /// The name of its machine.
    pub machine: String,
    /// What it is of.
    pub key: SeriesKey,
}

/// What a point was measured with, apart from the commit. Empty: not known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Context {
    /// The machine's fingerprint: another one is another epoch.
    pub fingerprint: String,
    /// SHA-256 of the module: another one is another program.
    pub module: String,
    /// The engine's version and build.
    pub build: String,
    /// SHA-256 of the machine code that the engine made from the module.
    pub code: String,
}

/// A value in the metric's base unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The estimate.
    pub value: f64,
    /// Its 95 % interval, where there were invocations enough for one.
    pub interval: Option<(f64, f64)>,
    /// Invocations that it stands on.
    pub invocations: u32,
}

/// What a run gave for a series.
#[derive(Clone, Debug, PartialEq)]
pub enum PointValue {
    /// A value.
    Measured(Measured),
    /// None, with the name of the outcome.
    Failed(String),
}

/// A point of a series on the main line.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The series.
    pub series: i64,
    /// The filing of the run that it is from.
    pub filing: i64,
    /// Its place on the main line.
    pub position: u32,
    /// What was measured.
    pub value: PointValue,
    /// The key of its context.
    pub context: i64,
}

const MEASURED: &str = "measured";

/// Series and contexts by what they are, so that thousands of points need few look-ups.
#[derive(Default)]
pub struct Keys {
    contexts: HashMap<Context, i64>,
}

impl Keys {
    pub fn context(&mut self, db: &Db, context: &Context) -> Result<i64, Fault> {
        if let Some(&key) = self.contexts.get(context) {
            return Ok(key);
        }
        let parts: [&dyn Parameter; 4] = [&context.fingerprint, &context.module, &context.build, &context.code];
        let key = match db.row(sql::CONTEXT_KEY, &parts, |row| row.get(0))? {
            Some(key) => key,
            None => db.one(sql::INSERT_CONTEXT, &parts, |row| row.get(0))?,
        };
        self.contexts.insert(context.clone(), key);
        Ok(key)
    }
}

/// The key of a series, which is made on first use.
pub fn series_key(db: &Db, project: i64, machine: &str, key: &SeriesKey) -> Result<i64, Fault> {
    let (phase, metric) = (key.phase.name(), key.metric.name());
    let parts: [&dyn Parameter; 8] =
        [&project, &machine, &key.benchmark, &phase, &metric, &key.variant, &key.relative_to, &key.canary];
    match db.row(sql::SERIES_KEY, &parts[..7], |row| row.get(0))? {
        Some(known) => Ok(known),
        None => db.one(sql::INSERT_SERIES, &parts, |row| row.get(0)),
    }
}

pub fn insert(db: &Db, filing: i64, series: i64, value: &PointValue, context: i64) -> Result<(), Fault> {
    match value {
        PointValue::Measured(Measured { value, interval, invocations }) => {
            let (low, high) = interval.unzip();
            db.execute(sql::INSERT_POINT, &[&filing, &series, value, &low, &high, invocations, &MEASURED, &context])?;
        }
        PointValue::Failed(outcome) => {
            let none: Option<f64> = None;
            db.execute(sql::INSERT_POINT, &[&filing, &series, &none, &none, &none, &0, outcome, &context])?;
        }
    }
    Ok(())
}

/// All series, by key.
pub fn series(db: &Db) -> Result<Vec<SeriesRow>, Fault> {
    db.rows(sql::SERIES, &[], |row| {
        let id: i64 = row.get(0)?;
        let (phase, metric): (String, String) = (row.get(5)?, row.get(6)?);
        let unknown = || Fault::Damaged(format!("series {id} has an unknown phase or metric"));
        let key = SeriesKey {
            benchmark: row.get(3)?,
            variant: row.get(4)?,
            phase: phase.parse().map_err(|_| unknown())?,
            metric: metric.parse().map_err(|_| unknown())?,
            canary: row.get(7)?,
            relative_to: row.get(8)?,
        };
        Ok(SeriesRow { id, project: row.get(1)?, machine: row.get(2)?, key })
    })
}

/// All contexts, by key.
pub fn contexts(db: &Db) -> Result<HashMap<i64, Context>, Fault> {
    let rows = db.rows(sql::CONTEXTS, &[], |row| {
        let context = Context { fingerprint: row.get(1)?, module: row.get(2)?, build: row.get(3)?, code: row.get(4)? };
        Ok((row.get(0)?, context))
    })?;
    Ok(rows.into_iter().collect())
}

fn point(row: &Row<'_>) -> Result<Point, Fault> {
    let outcome: Cow<'_, str> = row.get(7)?;
    let value = if outcome == MEASURED {
        let (low, high): (Option<f64>, Option<f64>) = (row.get(4)?, row.get(5)?);
        PointValue::Measured(Measured { value: row.get(3)?, interval: low.zip(high), invocations: row.get(6)? })
    } else {
        PointValue::Failed(outcome.into_owned())
    };
    Ok(Point { series: row.get(0)?, filing: row.get(1)?, position: row.get(2)?, value, context: row.get(8)? })
}

/// Hands over the points of a project at these positions, in the order in which they were filed.
pub fn of_project(db: &Db, project: i64, positions: Range<u32>, each: &mut dyn FnMut(Point)) -> Result<(), Fault> {
    db.each(sql::POINTS_OF_PROJECT, &[&project, &positions.start, &positions.end], |row| {
        each(point(row)?);
        Ok(())
    })
}

/// Hands over the points of the series with keys from `first` to `last` of a project.
pub fn of_series(
    db: &Db,
    project: i64,
    positions: Range<u32>,
    keys: (i64, i64),
    each: &mut dyn FnMut(Point),
) -> Result<(), Fault> {
    let parameters: [&dyn Parameter; 5] = [&project, &positions.start, &positions.end, &keys.0, &keys.1];
    db.each(sql::POINTS_OF_SERIES, &parameters, |row| {
        each(point(row)?);
        Ok(())
    })
}

/// Hands over the points of all filings after this one that stand on a main line.
pub fn after(db: &Db, filing: i64, each: &mut dyn FnMut(Point)) -> Result<(), Fault> {
    db.each(sql::POINTS_AFTER, &[&filing], |row| {
        each(point(row)?);
        Ok(())
    })
}
