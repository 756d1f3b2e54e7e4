//! Reading runs, inside a transaction that the caller begins: several statements, one state of the store.

use crate::RunSummary;
use crate::db::{Db, Row};
use crate::document::{self, Head};
use crate::fault::Fault;
use crate::find::Name;
use crate::packing::{Selection, unpack};
use crate::parts::{Findings, Setup};
use crate::{sql, summary};
use kymo_model::{Invocation, Run, RunId, Seconds, Settings};
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
pub fn run_row(db: &Db, id: &RunId) -> Result<RunRow, Fault> {
    let found = db.row(sql::RUN_KEY, &[&id.as_str()], |row| {
        let key: i64 = row.get(0)?;
        let [schema, variants, benchmarks, invocations]: [u32; 4] =
            [row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?];
        Ok((key, schema, variants, benchmarks, invocations))
    })?;
    let (key, schema, variants, benchmarks, invocations) = found.ok_or_else(|| Fault::NoSuchRun(id.clone()))?;
    document::check_schema(&format!("run {id}"), u64::from(schema))?;
    Ok(RunRow {
        key,
        variants: u64::from(variants),
        benchmarks: u64::from(benchmarks),
        invocations: invocations as usize,
    })
}

/// Loads a run with all its invocations; with a part of them, where not all samples are selected.
pub fn load(db: &Db, id: &RunId, selection: Selection<'_>) -> Result<Run, Fault> {
    let row = run_row(db, id)?;
    let mut run = head_of(db, row.key)?;
    let mut parts = Parts::of(db, row.key, selection)?;
    parts.has_loads = run.plan.serve.is_some();
    run.invocations.reserve_exact(row.invocations);
    db.each(sql::INVOCATIONS, &[&row.key], |columns| {
        run.invocations.push(parts.invocation(columns)?);
        Ok(())
    })?;
    Ok(run)
}

/// Loads a run without its invocations.
pub fn head(db: &Db, id: &RunId) -> Result<Run, Fault> {
    head_of(db, run_row(db, id)?.key)
}

fn head_of(db: &Db, key: i64) -> Result<Run, Fault> {
    let found = db.row(sql::DOCUMENT, &[&key], |columns| Ok((columns.get(0)?, columns.get(1)?)))?;
    let (fixed, head): (Vec<u8>, Vec<u8>) =
        found.ok_or_else(|| Fault::Damaged(format!("the run with key {key} has no document")))?;
    let mut run: Run = document::decode(&fixed).map_err(Fault::Damaged)?;
    let head: Head = document::decode(&head).map_err(Fault::Damaged)?;
    head.put_into(&mut run);
    Ok(run)
}

/// One invocation of a run.
pub fn invocation(db: &Db, run: &RunRow, sequence: u32) -> Result<Option<Invocation>, Fault> {
    let mut parts = Parts::of(db, run.key, Selection::All)?;
    db.row(sql::INVOCATION, &[&run.key, &sequence], |columns| parts.invocation(columns))
}

/// The shared texts of a run, by text.
pub fn text_keys(db: &Db, run: i64) -> Result<HashMap<String, i64>, Fault> {
    Ok(db.rows(sql::TEXTS, &[&run], |row| Ok((row.get(1)?, row.get(0)?)))?.into_iter().collect())
}

/// The shared texts of a run, by key, each parsed once at first use.
struct Parts<'a> {
    selection: Selection<'a>,
    texts: HashMap<i64, String>,
    setups: HashMap<i64, Setup>,
    findings: HashMap<i64, Findings>,
    /// Whether invocations were loads of servers, whose settings say what came of the load: tables need them.
    has_loads: bool,
}

impl<'a> Parts<'a> {
    fn of(db: &Db, run: i64, selection: Selection<'a>) -> Result<Self, Fault> {
        let texts = db.rows(sql::TEXTS, &[&run], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let texts = texts.into_iter().collect();
        Ok(Self { selection, texts, setups: HashMap::new(), findings: HashMap::new(), has_loads: false })
    }

    fn invocation(&mut self, row: &Row<'_>) -> Result<Invocation, Fault> {
        let setup = part(&self.texts, &mut self.setups, row.get(4)?)?;
        let findings = part(&self.texts, &mut self.findings, row.get(5)?)?;
        let sequence = row.get(0)?;
        let blob: &[u8] = row.get(6)?;
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
        }
        if self.has_loads || matches!(self.selection, Selection::All) {
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
pub fn list(db: &Db) -> Result<Vec<RunSummary>, Fault> {
    db.rows(sql::LIST, &[], |row| {
        let [id, state, names]: [String; 3] = [row.get(0)?, row.get(3)?, row.get(4)?];
        let damaged = |what| Fault::Damaged(format!("run {id} has {what}"));
        Ok(RunSummary {
            label: row.get(1)?,
            created_unix_s: row.get(2)?,
            state: summary::state(&state).ok_or_else(|| damaged("an unknown state"))?,
            variants: serde_json::from_str(&names).map_err(|_| damaged("no readable names of variants"))?,
            benchmarks: row.get(5)?,
            invocations: row.get(6)?,
            not_measured: row.get(7)?,
            rounds: row.get(8)?,
            duration: Seconds::new(row.get(9)?),
            id: RunId::new(id),
        })
    })
}

/// The names of all runs, newest first.
pub fn names(db: &Db) -> Result<Vec<Name>, Fault> {
    db.rows(sql::NAMES, &[], |row| Ok(Name { id: row.get(0)?, label: row.get(1)? }))
}
