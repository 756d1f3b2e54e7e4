//! Series as the record reads them: values along the main line, cut where a comparison would not be fair.

use crate::error::HistoryError;
use kymo_store::{Context, Point, PointValue, Project, SeriesKey, Store};
use std::collections::{BTreeMap, HashMap};

/// One value of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct SeriesPoint {
    /// Its place on the main line.
    pub position: u32,
    /// The filing of the run that it is from.
    pub filing: i64,
    /// The estimate, in the metric's base unit.
    pub value: f64,
    /// Its 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// The key of its context.
    pub context: i64,
}

/// A series of a project.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// Its key in the store.
    pub id: i64,
    /// The machine's name.
    pub machine: String,
    /// What it is of.
    pub key: SeriesKey,
    /// Its values, by position and then by filing.
    pub points: Vec<SeriesPoint>,
    /// Where it could not be measured: position, filing, name of the outcome.
    pub failures: Vec<(u32, i64, String)>,
}

/// The series of a project, with what their points were measured with.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The series, by key.
    pub series: Vec<Series>,
    /// Contexts, by key.
    pub contexts: HashMap<i64, Context>,
}

/// A stretch of a series within which values may be compared: one fingerprint of the machine, one module. Indices are into
/// [`Series::points`], by position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The machine's fingerprint.
    pub fingerprint: String,
    /// SHA-256 of the module.
    pub module: String,
    /// The points.
    pub points: Vec<usize>,
}

impl Series {
    /// What tables call it: `basics/fib wasmtime[winch] execute wall_time`.
    pub fn name(&self) -> String {
        name(&self.key)
    }

    /// The stretches of the series. A commit measured again on a later epoch belongs to that one: old commits may be
    /// measured after new ones, so an epoch is no interval of positions.
    pub fn stretches(&self, contexts: &HashMap<i64, Context>) -> Vec<Stretch> {
        let mut stretches: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
        for (index, point) in self.points.iter().enumerate() {
            let context = contexts.get(&point.context);
            let (fingerprint, module) =
                context.map_or(("", ""), |context| (context.fingerprint.as_str(), context.module.as_str()));
            stretches.entry((fingerprint, module)).or_default().push(index);
        }
        let mut stretches: Vec<Stretch> = stretches
            .into_iter()
            .map(|((fingerprint, module), points)| Stretch {
                fingerprint: fingerprint.to_owned(),
                module: module.to_owned(),
                points,
            })
            .collect();
        stretches.sort_by_key(|stretch| stretch.points.first().copied());
        stretches
    }
}

/// What tables call a series.
pub fn name(key: &SeriesKey) -> String {
    let relative = if key.relative_to.is_empty() { String::new() } else { format!(" / {}", key.relative_to) };
    format!("{} {}{relative} {} {}", key.benchmark, key.variant, key.phase.name(), key.metric.name())
}

/// Loads all series of a project.
///
/// # Errors
/// Those of the store.
pub fn load(store: &Store, project: &Project) -> Result<Loaded, HistoryError> {
    let rows = store.series()?;
    let mut series: Vec<Series> = rows
        .into_iter()
        .filter(|row| row.project == project.key)
        .map(|row| Series { id: row.id, machine: row.machine, key: row.key, points: Vec::new(), failures: Vec::new() })
        .collect();
    let places: HashMap<i64, usize> = series.iter().enumerate().map(|(place, one)| (one.id, place)).collect();
    store.points_of_project(project.key, 0..u32::MAX, &mut |point: Point| {
        if let Some(own) = places.get(&point.series).and_then(|&place| series.get_mut(place)) {
            match point.value {
                PointValue::Measured(measured) => own.points.push(SeriesPoint {
                    position: point.position,
                    filing: point.filing,
                    value: measured.value,
                    interval: measured.interval,
                    context: point.context,
                }),
                PointValue::Failed(outcome) => own.failures.push((point.position, point.filing, outcome)),
            }
        }
    })?;
    for one in &mut series {
        one.points.sort_by_key(|point| (point.position, point.filing));
        one.failures.sort();
    }
    Ok(Loaded { series, contexts: store.contexts()? })
}
