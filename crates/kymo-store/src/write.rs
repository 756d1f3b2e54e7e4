//! Writing runs, inside a transaction that the caller begins and commits.

use crate::StoreError;
use crate::document::{self, Head, PlanSize};
use crate::fault::Fault;
use crate::packing::pack;
use crate::parts::{Findings, Setup};
use crate::read::{self, RunRow};
use crate::{open, sql, summary};
use kymo_model::{Invocation, Lack, Run, RunId};
use rusqlite::{Connection, params};
use serde::Serialize;
use std::collections::HashMap;

/// The shared texts of one run that are in the store already, so that an append need not look for them.
pub struct Texts {
    run: i64,
    keys: HashMap<String, i64>,
}

impl Texts {
    /// No texts, for the run with this key.
    fn new(run: i64) -> Self {
        let keys = HashMap::new();
        Self { run, keys }
    }

    fn key<T: Serialize>(&mut self, connection: &Connection, id: &RunId, part: &T) -> Result<i64, Fault> {
        let text = serde_json::to_string(part).map_err(|error| document::invalid(id.as_str(), error.to_string()))?;
        if let Some(&key) = self.keys.get(&text) {
            return Ok(key);
        }
        let mut statement = connection.prepare_cached(sql::INSERT_TEXT)?;
        let key = statement.query_row(params![self.run, text], |row| row.get(0))?;
        self.keys.insert(text, key);
        Ok(key)
    }
}

/// Saves a new run with all its invocations.
pub fn insert(connection: &Connection, run: &Run) -> Result<Texts, Fault> {
    let name = run.id.as_str();
    let fixed = document::encode(name, &document::fixed(run))?;
    let head = document::encode(name, &Head::of(run))?;
    let created =
        i64::try_from(run.created_unix_s).map_err(|_| document::invalid(name, "created_unix_s is out of range"))?;
    let names: Vec<&str> = run.plan.variants.iter().map(|variant| variant.name.as_str()).collect();
    let names = serde_json::to_string(&names).map_err(|error| document::invalid(name, error.to_string()))?;
    let tally = Tally::of(run);
    let inserted = connection.prepare_cached(sql::INSERT_RUN)?.query_row(
        params![
            name,
            run.schema,
            run.label,
            created,
            summary::state_name(run.state),
            names,
            run.plan.variants.len() as i64,
            run.plan.benchmarks.len() as i64,
            run.invocations.len() as i64,
            tally.not_measured,
            tally.rounds,
            tally.duration_s,
        ],
        |row| row.get(0),
    );
    let key: i64 = match inserted {
        Err(error) if open::is_duplicate(&error) => return Err(Fault::Exists(run.id.clone())),
        inserted => inserted?,
    };
    connection.prepare_cached(sql::INSERT_DOCUMENT)?.execute(params![key, fixed, head])?;
    let mut texts = Texts::new(key);
    for invocation in &run.invocations {
        insert_invocation(connection, &mut texts, &run.id, invocation)?;
    }
    Ok(texts)
}

fn insert_invocation(
    connection: &Connection,
    texts: &mut Texts,
    id: &RunId,
    invocation: &Invocation,
) -> Result<(), Fault> {
    let setup = texts.key(connection, id, &Setup::of(invocation))?;
    let findings = texts.key(connection, id, &Findings::of(invocation))?;
    connection.prepare_cached(sql::INSERT_INVOCATION)?.execute(params![
        texts.run,
        invocation.sequence,
        invocation.benchmark,
        invocation.variant,
        invocation.round,
        setup,
        findings,
        pack(invocation),
    ])?;
    Ok(())
}

/// Adds an invocation to a run. The same one twice is no error: a caller that was told of a failure may try again
/// without knowing how far the first attempt came.
pub fn append(
    connection: &Connection,
    texts: &mut Option<Texts>,
    id: &RunId,
    invocation: &Invocation,
) -> Result<(), Fault> {
    let row = read::run_row(connection, id)?;
    let size = PlanSize { benchmarks: row.benchmarks, variants: row.variants };
    size.check(id.as_str(), invocation)?;
    let texts = match texts {
        Some(texts) if texts.run == row.key => texts,
        texts => texts.insert(Texts { run: row.key, keys: read::text_keys(connection, row.key)? }),
    };
    match insert_invocation(connection, texts, id, invocation) {
        Err(Fault::Sqlite(error)) if open::is_duplicate(&error) => {
            let there = read::invocation(connection, &row, invocation.sequence)?;
            if there.is_some_and(|there| document::same_invocation(&there, invocation)) {
                return Ok(());
            }
            return Err(Fault::Told(StoreError::InvocationExists {
                id: id.to_string(),
                sequence: invocation.sequence,
            }));
        }
        inserted => inserted?,
    }
    connection.prepare_cached(sql::COUNT_INVOCATION)?.execute(params![
        i64::from(!invocation.outcome.is_measured()),
        round(invocation),
        end_s(invocation),
        row.key,
    ])?;
    Ok(())
}

/// Saves what changes in a run's header.
pub fn update(connection: &Connection, run: &Run) -> Result<(), Fault> {
    document::check_schema(run.id.as_str(), u64::from(run.schema))?;
    let head = document::encode(run.id.as_str(), &Head::of(run))?;
    let RunRow { key, .. } = read::run_row(connection, &run.id)?;
    connection.prepare_cached(sql::UPDATE_STATE)?.execute(params![summary::state_name(run.state), key])?;
    connection.prepare_cached(sql::UPDATE_HEAD)?.execute(params![head, key])?;
    Ok(())
}

/// Deletes a run; its invocations and texts go with it.
pub fn delete(connection: &Connection, id: &RunId) -> Result<(), Fault> {
    match connection.prepare_cached(sql::DELETE_RUN)?.execute([id.as_str()])? {
        0 => Err(Fault::NoSuchRun(id.clone())),
        _ => Ok(()),
    }
}

/// What a list shows of many invocations.
struct Tally {
    not_measured: i64,
    rounds: u32,
    duration_s: f64,
}

impl Tally {
    fn of(run: &Run) -> Self {
        let invocations = || run.invocations.iter();
        // Where there are no rounds, the invocations are numbered, and that is no number of rounds.
        let rounds = invocations().map(round).max().filter(|_| !run.lacks(Lack::Rounds));
        Self {
            not_measured: invocations().filter(|one| !one.outcome.is_measured()).count() as i64,
            rounds: rounds.unwrap_or(0),
            // Of what was imported without a date nobody knows when in the run it started.
            duration_s: if run.lacks(Lack::Time) { 0.0 } else { invocations().map(end_s).fold(0.0, f64::max) },
        }
    }
}

/// The round that an invocation belongs to; 0 where it counted apart from the rounds and its number is a repetition.
fn round(invocation: &Invocation) -> u32 {
    if invocation.counting.is_none() { invocation.round } else { 0 }
}

/// When an invocation ended, counted from the start of the run; 0 where its times are no times.
fn end_s(invocation: &Invocation) -> f64 {
    let end = (invocation.start + invocation.duration).get();
    if end.is_finite() { end } else { 0.0 }
}
