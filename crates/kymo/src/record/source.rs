//! The record as a source of sites: what `kymo-site` asks, answered from the store.

mod catalog;
mod incidents;
mod runs;

use super::project as named;
use crate::error::CliError;
use kymo_history::register::Line;
use kymo_model::metric::Nature;
use kymo_site::source::{
    Context, Failure, Generation, Metric, Outcome, Point, PointSet, SeriesInfo, Source, SourceError,
};
use kymo_site::{entries, source};
use kymo_store::{PointValue, SeriesRow, Store, StoreError};
use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap};
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Digits of a hash that pages show.
const HASH_DIGITS: usize = 12;

/// Keys of series that lie this near each other are read in one go, with what lies between.
const KEY_GAP: i64 = 16;

/// What suites say of their benchmarks and where the sources are, by `suite/name`.
type About = HashMap<String, (String, Option<String>)>;

/// A store, read for a site.
pub struct RecordSource {
    /// What suites say of their benchmarks, by `suite/name`.
    about: About,
    // One connection: SQLite's is not for several threads at once, and reading waits for the disk, not for it.
    store: Mutex<Store>,
}

impl RecordSource {
    /// The store in a file, which must be there: looking makes none.
    ///
    /// # Errors
    /// When there is no such file, or it is no store.
    pub fn open(context: &crate::context::Context) -> Result<Self, CliError> {
        let store = context.existing_store("the first run makes it: kymo run SUITE --project NAME --commit COMMIT")?;
        // A suite that cannot be read is told of by whoever runs it; the site does without what it says.
        let suites = context.suites.list().unwrap_or_default();
        let about = suites.iter().flat_map(|suite| {
            suite.benchmarks.iter().map(|benchmark| {
                let source = benchmark.source.as_ref().map(|source| format!("{}/{source}", suite.name));
                (format!("{}/{}", suite.name, benchmark.name), (benchmark.about.trim().to_owned(), source))
            })
        });
        Ok(Self { about: about.collect(), store: Mutex::new(store) })
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        // A thread that panicked with the store in hand was reading: nothing is half done.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn failed(error: impl ToString) -> SourceError {
    SourceError::new(error)
}

fn from_cli(error: CliError) -> SourceError {
    SourceError::new(error.message())
}

/// The first digits of a hash.
fn short(hash: &str) -> String {
    hash.get(..HASH_DIGITS).unwrap_or(hash).to_owned()
}

impl Source for RecordSource {
    fn generation(&self) -> Result<Generation, SourceError> {
        let store = self.store();
        let (last, count) = store.last_filing().map_err(failed)?;
        let projects = store.projects().map_err(failed)?;
        let lines: i64 = projects.iter().map(|project| project.line).sum();
        let mut revision = DefaultHasher::new();
        for project in &projects {
            (project.key, &project.source.web_url, store.line_length(project.key).map_err(failed)?).hash(&mut revision);
            for incident in store.incidents(project.key).map_err(failed)? {
                incident.content.hash(&mut revision);
            }
            if let Ok(path) = named::decisions_path(project, None) {
                std::fs::read(path).unwrap_or_default().hash(&mut revision);
            }
        }
        store.chain().map_err(failed)?.head.hash(&mut revision);
        Ok(Generation {
            // Keys of filings have gaps where runs were removed.
            history: (lines + last - count).cast_unsigned(),
            last_filing: last.cast_unsigned(),
            revision: revision.finish(),
        })
    }

    fn projects(&self) -> Result<Vec<entries::Project>, SourceError> {
        catalog::projects(&self.store())
    }

    fn commits(&self, project: &str, from: u32) -> Result<Vec<entries::Commit>, SourceError> {
        catalog::commits(&self.store(), project, from)
    }

    fn series(&self) -> Result<Vec<SeriesInfo>, SourceError> {
        let store = self.store();
        let projects: HashMap<i64, String> =
            store.projects().map_err(failed)?.into_iter().map(|one| (one.key, one.name.to_string())).collect();
        let rows = store.series().map_err(failed)?;
        Ok(rows.into_iter().filter_map(|row| Some(info(projects.get(&row.project)?.clone(), row))).collect())
    }

    fn points(&self, ids: &[i64], positions: Range<u32>) -> Result<PointSet, SourceError> {
        let store = self.store();
        let rows: HashMap<i64, SeriesRow> =
            store.series().map_err(failed)?.into_iter().map(|row| (row.id, row)).collect();
        let mut wanted: Vec<i64> = ids.to_vec();
        wanted.sort_unstable();
        let Some(project) = wanted.first().and_then(|id| rows.get(id)).map(|row| row.project) else {
            return Ok(PointSet::default());
        };
        let mut gathered = Gathered::new(&store, 0).map_err(failed)?;
        for part in wanted.chunk_by(|a, b| b - a <= KEY_GAP) {
            let (Some(first), Some(last)) = (part.first(), part.last()) else { continue };
            store
                .points_of_series(project, positions.clone(), (*first, *last), &mut |point| {
                    if wanted.binary_search(&point.series).is_ok() {
                        gathered.push(point);
                    }
                })
                .map_err(failed)?;
        }
        Ok(gathered.set)
    }

    fn points_of_filings(&self, after: u64) -> Result<PointSet, SourceError> {
        let store = self.store();
        let mut gathered = Gathered::new(&store, after.cast_signed()).map_err(failed)?;
        store.points_after(after.cast_signed(), &mut |point| gathered.push(point)).map_err(failed)?;
        Ok(gathered.set)
    }

    fn incidents(&self) -> Result<Vec<entries::Incident>, SourceError> {
        incidents::incidents(&self.store())
    }

    fn machines(&self) -> Result<Vec<entries::Machine>, SourceError> {
        runs::machines(&self.store())
    }

    fn benchmarks(&self) -> Result<Vec<entries::Benchmark>, SourceError> {
        catalog::benchmarks(&self.store(), &self.about)
    }

    fn runs(&self) -> Result<Vec<entries::Run>, SourceError> {
        runs::runs(&self.store())
    }

    fn samples(&self, run: &str) -> Result<Option<entries::RunSamples>, SourceError> {
        runs::samples(&self.store(), run)
    }
}

fn info(project: String, row: SeriesRow) -> SeriesInfo {
    let mut metric = Metric::from(row.key.metric);
    let mut variant = row.key.variant;
    if !row.key.relative_to.is_empty() {
        variant = format!("{variant} / {}", row.key.relative_to);
        "ratio".clone_into(&mut metric.unit);
        metric.name = format!("{} (relative)", metric.name);
    }
    metric.exact = row.key.metric.nature() == Nature::Exact;
    SeriesInfo {
        id: row.id,
        project,
        machine: row.machine,
        benchmark: row.key.benchmark,
        variant,
        phase: row.key.phase.name().to_owned(),
        metric,
        canary: row.key.canary,
        noise: None,
    }
}

/// Points on their way from the store to a site.
struct Gathered {
    set: PointSet,
    contexts: HashMap<i64, u32>,
    known: HashMap<i64, kymo_store::Context>,
    runs: HashMap<i64, u32>,
    filings: HashMap<i64, String>,
}

impl Gathered {
    fn new(store: &Store, after: i64) -> Result<Self, StoreError> {
        let filings = store.filings_after(after)?.into_iter().map(|filing| (filing.key, filing.run.to_string()));
        Ok(Self {
            set: PointSet::default(),
            contexts: HashMap::new(),
            known: store.contexts()?,
            runs: HashMap::new(),
            filings: filings.collect(),
        })
    }

    fn push(&mut self, point: kymo_store::Point) {
        let run = match self.runs.get(&point.filing) {
            Some(number) => *number,
            None => {
                let number = self.set.run(self.filings.get(&point.filing).map_or("", String::as_str));
                self.runs.insert(point.filing, number);
                number
            }
        };
        let context = match self.contexts.get(&point.context) {
            Some(number) => *number,
            None => {
                let number = self.set.context(&context(self.known.get(&point.context)));
                self.contexts.insert(point.context, number);
                number
            }
        };
        let position = point.position;
        match point.value {
            PointValue::Measured(measured) if measured.value.is_finite() => {
                let finite = |(low, high): &(f64, f64)| low.is_finite() && high.is_finite();
                let interval = measured.interval.filter(finite);
                self.set.push(point.series, Point { position, value: measured.value, interval, context, run });
            }
            // A value that is no number was measured and cannot be drawn.
            PointValue::Measured(_) => {
                self.set.fail(point.series, Failure { position, outcome: Outcome::Failed, run });
            }
            PointValue::Failed(outcome) => {
                let outcome = Outcome::from_label(&outcome).unwrap_or(Outcome::Failed);
                self.set.fail(point.series, Failure { position, outcome, run });
            }
        }
    }
}

fn context(known: Option<&kymo_store::Context>) -> Context {
    let Some(known) = known else {
        return Context { fingerprint: String::new(), module: String::new(), build: String::new(), code: None };
    };
    Context {
        fingerprint: known.fingerprint.clone(),
        module: short(&known.module),
        build: known.build.clone(),
        code: Some(short(&known.code)).filter(|code| !code.is_empty()),
    }
}

/// What a store's projects are called, with their lines.
fn lines(store: &Store) -> Result<BTreeMap<i64, (kymo_store::Project, Line)>, SourceError> {
    let projects = store.projects().map_err(failed)?;
    let read = projects.into_iter().map(|project| {
        let line = Line::read(store, &project).map_err(failed)?;
        Ok((project.key, (project, line)))
    });
    read.collect::<Result<_, source::SourceError>>()
}
