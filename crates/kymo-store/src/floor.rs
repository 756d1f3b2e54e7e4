//! A/A noise floors of a machine, as a calibration found them.

use crate::db::Db;
use crate::fault::Fault;
use crate::{StoreError, sql};
use kymo_model::metric::UnknownMetric;
use kymo_model::phase::UnknownPhase;
use kymo_model::{BenchmarkName, LogRatio, Metric, Phase};

/// How far apart two sides that are the same may seem on one machine: found by comparing an engine with itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// The variant that was compared with itself.
    pub variant: String,
    /// The benchmark; `None` for the floor over all benchmarks.
    pub benchmark: Option<BenchmarkName>,
    /// The phase.
    pub phase: Phase,
    /// The metric.
    pub metric: Metric,
    /// Differences below this are not told apart from none.
    pub floor: LogRatio,
    /// Standard deviation of the log ratio of a round.
    pub sd: LogRatio,
    /// Rounds of each comparison.
    pub rounds: u32,
    /// Comparisons of the variant with itself.
    pub comparisons: u32,
    /// How many of them were called different.
    pub flagged: u32,
    /// When, as seconds since 1970-01-01 UTC.
    pub calibrated_unix_s: u64,
    /// Version of the calibration's method: floors of different versions are not compared.
    pub schema: u32,
}

/// Saves floors of a machine; each replaces the one of the same variant, benchmark, phase and metric.
pub fn save(db: &Db, fingerprint: &str, floors: &[Floor]) -> Result<(), Fault> {
    for floor in floors {
        let (phase, metric) = (floor.phase.name(), floor.metric.name());
        let name = || format!("{} in {phase} {metric}", floor.variant);
        if !(floor.floor.get().is_finite() && floor.sd.get().is_finite()) {
            return Err(StoreError::Floor { name: name() }.into());
        }
        let calibrated = i64::try_from(floor.calibrated_unix_s).map_err(|_| StoreError::Floor { name: name() })?;
        let benchmark = floor.benchmark.as_ref().map(BenchmarkName::as_str);
        db.execute(sql::DELETE_FLOOR, &[&fingerprint, &floor.variant, &benchmark, &phase, &metric])?;
        db.execute(
            sql::INSERT_FLOOR,
            &[
                &fingerprint,
                &floor.variant,
                &benchmark,
                &phase,
                &metric,
                &floor.floor.get(),
                &floor.sd.get(),
                &floor.rounds,
                &floor.comparisons,
                &floor.flagged,
                &calibrated,
                &floor.schema,
            ],
        )?;
    }
    Ok(())
}

/// All floors of a machine.
pub fn load(db: &Db, fingerprint: &str) -> Result<Vec<Floor>, Fault> {
    db.rows(sql::FLOORS, &[&fingerprint], |row| {
        let (phase, metric): (String, String) = (row.get(2)?, row.get(3)?);
        Ok(Floor {
            variant: row.get(0)?,
            benchmark: row.get::<Option<String>>(1)?.map(BenchmarkName::new),
            phase: phase.parse().map_err(|error: UnknownPhase| Fault::Damaged(error.to_string()))?,
            metric: metric.parse().map_err(|error: UnknownMetric| Fault::Damaged(error.to_string()))?,
            floor: LogRatio::new(row.get(4)?),
            sd: LogRatio::new(row.get(5)?),
            rounds: row.get(6)?,
            comparisons: row.get(7)?,
            flagged: row.get(8)?,
            calibrated_unix_s: row.get(9)?,
            schema: row.get(10)?,
        })
    })
}
