//! The raw results of sightglass: a row for each count, as CSV or as JSON.

mod table;

use super::{listed, series};
use crate::error::ExchangeError;
use crate::events;
use crate::reading::{Process, Reading, Side};
use kymo_model::{Metric, Outcome, Phase, Seconds, Settings, Tool};
use std::collections::{BTreeMap, HashMap, HashSet};
pub use table::is_csv;

/// The setting that keeps the flags of a row's engine.
pub const FLAGS: &str = "flags";

/// A row. `place` is its line or its number, for errors.
#[derive(Clone, Debug, PartialEq)]
struct Row {
    place: usize,
    arch: String,
    engine: String,
    engine_flags: String,
    wasm: String,
    process: u64,
    iteration: u64,
    phase: String,
    event: String,
    count: u64,
}

/// What makes rows those of one process. Where several benchmarks ran in one process, each is an invocation.
type Key<'a> = (&'a str, &'a str, &'a str, u64);

/// A count: its iteration, its value and the row's place.
type Count = (u64, f64, usize);

/// The counts of one process, by phase and metric in the order in which they came.
#[derive(Default)]
struct Counts {
    series: Vec<((Phase, Metric), Vec<Count>)>,
}

/// Reads CSV, with a header or without.
pub fn read_csv(name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let (rows, remarks) = table::rows_of_csv(name, text)?;
    reading(rows, remarks, &|place, problem| ExchangeError::at(name, place, problem))
}

/// Reads JSON.
pub fn read_json(name: &str, text: &str) -> Result<Reading, ExchangeError> {
    let rows = table::rows_of_json(name, text)?;
    reading(rows, Vec::new(), &|place, problem| ExchangeError::of(name, format!("row {place}: {problem}")))
}

fn reading(
    mut rows: Vec<Row>,
    mut remarks: Vec<String>,
    fault: &dyn Fn(usize, String) -> ExchangeError,
) -> Result<Reading, ExchangeError> {
    remarks.extend(table::unswapped(&mut rows));
    let mut reading = Reading::new(Tool::Sightglass);
    reading.host.arch = Some(common_arch(&rows, fault)?);
    let simulated: HashSet<Key> =
        rows.iter().filter(|row| row.event == events::OF_CALLGRIND).map(|row| row.key()).collect();
    let mut unknown = Vec::new();
    let mut keys: Vec<Key> = Vec::new();
    let mut places: HashMap<Key, usize> = HashMap::new();
    let mut counts: Vec<Counts> = Vec::new();
    for row in &rows {
        let phase = events::phase(&row.phase).ok_or_else(|| {
            fault(row.place, format!("unknown phase '{}'; it is Compilation, Instantiation or Execution", row.phase))
        })?;
        let key = row.key();
        let Some(metric) = events::metric(&row.event, simulated.contains(&key)) else {
            unknown.push(row.event.clone());
            continue;
        };
        let value = events::value(metric, row.count)
            .ok_or_else(|| fault(row.place, format!("the count {} is too large to be kept exactly", row.count)))?;
        let place = *places.entry(key).or_insert_with(|| {
            keys.push(key);
            counts.push(Counts::default());
            keys.len() - 1
        });
        counts[place].add((phase, metric), (row.iteration, value, row.place));
    }
    let mut renumbered = false;
    for (key, counts) in keys.into_iter().zip(counts) {
        reading.processes.push(process(key, counts, &mut renumbered, fault)?);
    }
    if reading.processes.is_empty() {
        return Err(fault(rows[0].place, format!("no event is one that kymo knows: {}", listed(unknown))));
    }
    if renumbered {
        remarks.push("iterations that were not numbered 0, 1, 2 … are numbered anew".to_owned());
    }
    if !unknown.is_empty() {
        remarks.push(format!("left out: {}, which are no metrics of kymo", listed(unknown)));
    }
    reading.remarks = remarks;
    Ok(reading)
}

/// A run has one machine, and a machine has one instruction set.
fn common_arch(rows: &[Row], fault: &dyn Fn(usize, String) -> ExchangeError) -> Result<String, ExchangeError> {
    let first = &rows[0].arch;
    match rows.iter().find(|row| row.arch != *first) {
        Some(other) => Err(fault(
            other.place,
            format!("'arch' was {first} before and is {} here: import the machines one by one", other.arch),
        )),
        None => Ok(first.clone()),
    }
}

impl Row {
    fn key(&self) -> Key<'_> {
        (&self.engine, &self.engine_flags, &self.wasm, self.process)
    }
}

impl Counts {
    fn add(&mut self, series: (Phase, Metric), count: Count) {
        match self.series.iter_mut().find(|(known, _)| *known == series) {
            Some((_, counts)) => counts.push(count),
            None => self.series.push((series, vec![count])),
        }
    }
}

fn process(
    (engine, flags, wasm, number): Key,
    counts: Counts,
    renumbered: &mut bool,
    fault: &dyn Fn(usize, String) -> ExchangeError,
) -> Result<Process, ExchangeError> {
    let mut samples = Vec::new();
    for ((phase, metric), mut counts) in counts.series {
        // Stable, so that of equal iterations the later row is the one that repeats.
        counts.sort_by_key(|(iteration, ..)| *iteration);
        if let Some(pair) = counts.windows(2).find(|pair| pair[0].0 == pair[1].0) {
            let (iteration, _, place) = pair[1];
            return Err(fault(
                place,
                format!(
                    "iteration {iteration} of process {number} comes again (first in row {}): two processes with one \
                     number cannot be told apart, import their files one by one",
                    pair[0].2
                ),
            ));
        }
        *renumbered |= counts.iter().enumerate().any(|(index, (iteration, ..))| *iteration != index as u64);
        samples.push(series(phase, metric, counts.into_iter().map(|(_, value, _)| value).collect()));
    }
    let (name, settings) = match flags {
        "" => (engine.to_owned(), Settings::new()),
        flags => (format!("{engine}[{flags}]"), BTreeMap::from([(FLAGS.to_owned(), flags.to_owned())])),
    };
    Ok(Process {
        benchmark: wasm.to_owned(),
        side: Side { name, engine: engine.to_owned(), settings, twin: 0 },
        number: Some(number),
        outcome: Outcome::Measured,
        samples,
        duration: Seconds::new(0.0),
    })
}
