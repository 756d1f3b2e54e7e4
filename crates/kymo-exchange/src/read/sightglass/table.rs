//! From text to rows: the columns of old and new versions, with a header and without, and a known mistake in them.

use super::Row;
use crate::error::ExchangeError;
use crate::events;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// The columns as sightglass writes them.
const COLUMNS: [&str; 9] =
    ["arch", "engine", "engine_flags", "wasm", "process", "iteration", "phase", "event", "count"];

/// The column that old versions did not write.
const NEW: usize = 2;

const SUMMARY: &str = "this is a summary of sightglass, which has no samples";
const RAW: &str = "let sightglass write its samples with --raw";

#[derive(Deserialize)]
struct JsonRow {
    arch: String,
    engine: String,
    engine_flags: Option<String>,
    wasm: String,
    process: Option<u64>,
    iteration: Option<u64>,
    phase: String,
    event: String,
    count: Option<u64>,
    mean: Option<IgnoredAny>,
}

/// Where each column is in a record.
struct Columns([Option<usize>; 9]);

/// Whether a text is a CSV of sightglass, by its first line.
pub fn is_csv(text: &str) -> bool {
    let first: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
    first.starts_with(&["arch", "engine"]) || is_row(&first)
}

/// Whether these fields are a row, where there is no header: the phase is the last but two.
fn is_row(fields: &[&str]) -> bool {
    let phase = fields.len().checked_sub(3).and_then(|at| fields.get(at));
    (8..=9).contains(&fields.len()) && phase.is_some_and(|phase| events::phase(phase).is_some())
}

impl Columns {
    fn of_header(header: &csv::StringRecord) -> Result<Self, String> {
        let places = COLUMNS.map(|column| header.iter().position(|name| name.trim() == column));
        match COLUMNS.iter().zip(&places).enumerate().find(|(index, (_, place))| place.is_none() && *index != NEW) {
            Some((_, (column, _))) => Err(format!("the header has no column '{column}'")),
            None => Ok(Self(places)),
        }
    }

    fn of_count(fields: usize) -> Self {
        let old = fields < COLUMNS.len();
        let mut next = 0..;
        Self(std::array::from_fn(|index| if old && index == NEW { None } else { next.next() }))
    }

    fn get<'a>(&self, record: &'a csv::StringRecord, column: usize) -> &'a str {
        self.0[column].and_then(|place| record.get(place)).unwrap_or_default()
    }
}

/// The rows of a CSV, and what was made of its columns.
pub fn rows_of_csv(name: &str, text: &str) -> Result<(Vec<Row>, Vec<String>), ExchangeError> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut columns: Option<(Columns, usize)> = None;
    let mut rows = Vec::new();
    let mut remarks = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ExchangeError::of(name, error.to_string()))?;
        let line = record.position().map_or(0, |position| position.line() as usize);
        let fault = |problem: String| ExchangeError::at(name, line, problem);
        let Some((columns, width)) = &columns else {
            let fields: Vec<&str> = record.iter().collect();
            let header = !is_row(&fields);
            if header {
                if fields.contains(&"mean") && !fields.contains(&"count") {
                    return Err(fault(SUMMARY.to_owned()).with_hint(RAW));
                }
                let unknown: Vec<&str> =
                    fields.iter().copied().filter(|name| !COLUMNS.contains(&name.trim())).collect();
                if !unknown.is_empty() {
                    remarks.push(format!("left out: unknown columns {}", unknown.join(", ")));
                }
            }
            let found =
                if header { Columns::of_header(&record).map_err(fault)? } else { Columns::of_count(record.len()) };
            if !header {
                rows.push(row(&found, &record, line).map_err(fault)?);
            }
            columns = Some((found, record.len()));
            continue;
        };
        if record.len() != *width {
            return Err(fault(format!("there are {} fields, {width} are expected", record.len())));
        }
        rows.push(row(columns, &record, line).map_err(fault)?);
    }
    if rows.is_empty() {
        return Err(ExchangeError::of(name, "there are no rows"));
    }
    Ok((rows, remarks))
}

fn row(columns: &Columns, record: &csv::StringRecord, line: usize) -> Result<Row, String> {
    let text = |column: usize| columns.get(record, column).to_owned();
    let number = |column: usize| -> Result<u64, String> {
        let text = columns.get(record, column);
        text.parse().map_err(|_| format!("'{}' is '{text}': a whole number is needed", COLUMNS[column]))
    };
    Ok(Row {
        place: line,
        arch: text(0),
        engine: text(1),
        engine_flags: text(2),
        wasm: text(3),
        process: number(4)?,
        iteration: number(5)?,
        phase: text(6),
        event: text(7),
        count: number(8)?,
    })
}

/// The rows of a JSON array.
pub fn rows_of_json(name: &str, text: &str) -> Result<Vec<Row>, ExchangeError> {
    let rows: Vec<JsonRow> = serde_json::from_str(text).map_err(|error| ExchangeError::json(name, &error))?;
    if rows.is_empty() {
        return Err(ExchangeError::of(name, "there are no rows"));
    }
    let row = |(index, row): (usize, JsonRow)| {
        let place = index + 1;
        let lacks = |field: &str| ExchangeError::of(name, format!("row {place} has no '{field}'"));
        if row.mean.is_some() && row.count.is_none() {
            return Err(ExchangeError::of(name, SUMMARY).with_hint(RAW));
        }
        Ok(Row {
            place,
            process: row.process.ok_or_else(|| lacks("process"))?,
            iteration: row.iteration.ok_or_else(|| lacks("iteration"))?,
            count: row.count.ok_or_else(|| lacks("count"))?,
            arch: row.arch,
            engine: row.engine,
            engine_flags: row.engine_flags.unwrap_or_default(),
            wasm: row.wasm,
            phase: row.phase,
            event: row.event,
        })
    };
    rows.into_iter().enumerate().map(row).collect()
}

/// Puts the columns `engine_flags` and `wasm` right where the file has them the other way round, as some files of
/// sightglass's own do; says so.
pub fn unswapped(rows: &mut [Row]) -> Option<String> {
    let swapped = |row: &Row| is_module(&row.engine_flags) && !is_module(&row.wasm);
    if !rows.iter().all(swapped) {
        return None;
    }
    for row in rows.iter_mut() {
        std::mem::swap(&mut row.engine_flags, &mut row.wasm);
    }
    Some("the columns engine_flags and wasm stood the other way round, and were exchanged".to_owned())
}

fn is_module(text: &str) -> bool {
    [".wasm", ".wat", ".so"].iter().any(|ending| text.ends_with(ending))
}
