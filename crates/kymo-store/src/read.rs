//! Reading runs, inside a transaction that the caller begins: several statements, one state of the store.

use crate::RunSummary;
use crate::document::{self, Head};
use crate::fault::Fault;
use crate::find::Name;
use crate::packing::{Selection, unpack};
use crate::parts::{Findings, Setup};
use crate::{sql, summary};
use kymo_model::{Invocation, Run, RunId, Seconds, Settings};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// The columns of a run that writing needs.
pub struct RunRow {
    pub key: i64,
    pub variants: u64,
    pub benchmarks: u64,
    pub invocations: usize,
}

/// Finds a run's row; refuses a document that is newer than this build.
pub fn run_row(connection: &Connection, id: &RunId) -> Result<RunRow, Fault> {
    let mut statement = connection.prepare_cached(sql::RUN_KEY)?;
    let found = statement.query_row([id.as_str()], |row| {
        let key: i64 = row.get(0)?;
        let [schema, variants, benchmarks, invocations]: [u32; 4] =
            [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        Ok((key, schema, variants, benchmarks, invocations))
    });
    let (key, schema, variants, benchmarks, invocations) =
        found.optional()?.ok_or_else(|| Fault::NoSuchRun(id.clone()))?;
    document::check_schema(&format!("run {id}"), u64::from(schema))?;
    Ok(RunRow {
        key,
        variants: u64::from(variants),
        benchmarks: u64::from(benchmarks),
        invocations: invocations as usize,
    })
}

/// Loads a run with all its invocations; with a part of them, where not all samples are selected.
pub fn load(connection: &Connection, id: &RunId, selection: Selection<'_>) -> Result<Run, Fault> {
    let row = run_row(connection, id)?;
    let mut run = head_of(connection, row.key)?;
    let mut parts = Parts::of(connection, row.key, selection)?;
    run.invocations.reserve_exact(row.invocations);
    let mut statement = connection.prepare_cached(sql::INVOCATIONS)?;
    let mut rows = statement.query([row.key])?;
    while let Some(columns) = rows.next()? {
        run.invocations.push(parts.invocation(columns)?);
    }
    Ok(run)
}

/// Loads a run without its invocations.
pub fn head(connection: &Connection, id: &RunId) -> Result<Run, Fault> {
    head_of(connection, run_row(connection, id)?.key)
}

fn head_of(connection: &Connection, key: i64) -> Result<Run, Fault> {
    let (fixed, head): (Vec<u8>, Vec<u8>) =
        connection.prepare_cached(sql::DOCUMENT)?.query_row([key], |columns| Ok((columns.get(0)?, columns.get(1)?)))?;
    let mut run: Run = document::decode(&fixed).map_err(Fault::Damaged)?;
    let head: Head = document::decode(&head).map_err(Fault::Damaged)?;
    head.put_into(&mut run);
    Ok(run)
}

/// One invocation of a run.
pub fn invocation(connection: &Connection, run: &RunRow, sequence: u32) -> Result<Option<Invocation>, Fault> {
    let mut parts = Parts::of(connection, run.key, Selection::All)?;
    let mut statement = connection.prepare_cached(sql::INVOCATION)?;
    let mut rows = statement.query([run.key, i64::from(sequence)])?;
    rows.next()?.map(|columns| parts.invocation(columns)).transpose()
}

/// The shared texts of a run, by text.
pub fn text_keys(connection: &Connection, run: i64) -> Result<HashMap<String, i64>, Fault> {
    let mut statement = connection.prepare_cached(sql::TEXTS)?;
    let keys = statement.query_map([run], |row| Ok((row.get(1)?, row.get(0)?)))?;
    Ok(keys.collect::<Result<_, _>>()?)
}

/// The shared texts of a run, by key, each parsed once at first use.
struct Parts<'a> {
    selection: Selection<'a>,
    texts: HashMap<i64, String>,
    setups: HashMap<i64, Setup>,
    findings: HashMap<i64, Findings>,
}

impl<'a> Parts<'a> {
    fn of(connection: &Connection, run: i64, selection: Selection<'a>) -> Result<Self, Fault> {
        let mut statement = connection.prepare_cached(sql::TEXTS)?;
        let texts = statement.query_map([run], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(Self {
            selection,
            texts: texts.collect::<Result<_, _>>()?,
            setups: HashMap::new(),
            findings: HashMap::new(),
        })
    }

    fn invocation(&mut self, row: &Row<'_>) -> Result<Invocation, Fault> {
        let setup = part(&self.texts, &mut self.setups, row.get(4)?)?;
        let findings = part(&self.texts, &mut self.findings, row.get(5)?)?;
        let sequence = row.get(0)?;
        let blob = row.get_ref(6)?.as_blob().map_err(rusqlite::Error::from)?;
        let numbers = unpack(blob, &setup.series, self.selection)
            .map_err(|defect| Fault::Damaged(format!("invocation {sequence} has {defect}")))?;
        let mut invocation = Invocation {
            benchmark: row.get(1)?,
            variant: row.get(2)?,
            round: row.get(3)?,
            sequence,
            start: numbers.start,
            duration: numbers.duration,
            outcome: findings.outcome.clone(),
            samples: numbers.samples,
            verification: None,
            settings: Settings::new(),
            notes: findings.notes.clone(),
            code_sha256: findings.code_sha256.clone(),
            counting: findings.counting,
            steal: numbers.steal,
        };
        // Copies of the same few texts for thousands of invocations: most of the time of a whole load goes there.
        if let Selection::All = self.selection {
            invocation.verification.clone_from(&findings.verification);
            invocation.settings.clone_from(&setup.settings);
        }
        Ok(invocation)
    }
}

fn part<'a, T: DeserializeOwned>(
    texts: &HashMap<i64, String>,
    parsed: &'a mut HashMap<i64, T>,
    key: i64,
) -> Result<&'a T, Fault> {
    use std::collections::hash_map::Entry;
    match parsed.entry(key) {
        Entry::Occupied(there) => Ok(there.into_mut()),
        Entry::Vacant(place) => {
            let text = texts.get(&key).ok_or_else(|| Fault::Damaged(format!("the shared text {key} is missing")))?;
            let value = serde_json::from_str(text)
                .map_err(|error| Fault::Damaged(format!("the shared text {key} cannot be read: {error}")))?;
            Ok(place.insert(value))
        }
    }
}

/// All runs in one line each, newest first.
pub fn list(connection: &Connection) -> Result<Vec<RunSummary>, Fault> {
    let mut statement = connection.prepare_cached(sql::LIST)?;
    let mut rows = statement.query([])?;
    let mut list = Vec::new();
    while let Some(row) = rows.next()? {
        let id: String = row.get(0)?;
        let state = row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?;
        let names = row.get_ref(4)?.as_str().map_err(rusqlite::Error::from)?;
        let damaged = |what| Fault::Damaged(format!("run {id} has {what}"));
        list.push(RunSummary {
            label: row.get(1)?,
            created_unix_s: row.get::<_, i64>(2)?.cast_unsigned(),
            state: summary::state(state).ok_or_else(|| damaged("an unknown state"))?,
            variants: serde_json::from_str(names).map_err(|_| damaged("no readable names of variants"))?,
            benchmarks: row.get(5)?,
            invocations: row.get(6)?,
            not_measured: row.get(7)?,
            rounds: row.get(8)?,
            duration: Seconds::new(row.get(9)?),
            id: RunId::new(id),
        });
    }
    Ok(list)
}

/// The names of all runs, newest first.
pub fn names(connection: &Connection) -> Result<Vec<Name>, Fault> {
    let mut statement = connection.prepare_cached(sql::NAMES)?;
    let names = statement.query_map([], |row| Ok(Name { id: row.get(0)?, label: row.get(1)? }))?;
    Ok(names.collect::<Result<_, _>>()?)
}
