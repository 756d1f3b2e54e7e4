//! Writing runs, inside a transaction that the caller begins and commits.

use crate::StoreError;
use crate::db::Db;
use crate::document::{self, Head, PlanSize};
use crate::fault::Fault;
use crate::packing::pack;
use crate::parts::{Findings, Setup};
use crate::read::{self, RunRow};
use crate::{sql, summary};
use kymo_model::{Invocation, Lack, Run, RunId};
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

    fn key<T: Serialize>(&mut self, db: &Db, id: &RunId, part: &T) -> Result<i64, Fault> {
        let text = serde_json::to_string(part).map_err(|error| document::invalid(id.as_str(), error.to_string()))?;
        if let Some(&key) = self.keys.get(&text) {
            return Ok(key);
        }
        let key = db.one(sql::INSERT_TEXT, &[&self.run, &text], |row| row.get(0))?;
        self.keys.insert(text, key);
        Ok(key)
    }
}

/// Saves a new run with all its invocations.
pub fn insert(db: &Db, run: &Run) -> Result<Texts, Fault> {
    let name = run.id.as_str();
    let fixed = document::encode(name, &document::fixed(run))?;
    let head = document::encode(name, &Head::of(run))?;
    let created =
        i64::try_from(run.created_unix_s).map_err(|_| document::invalid(name, "created_unix_s is out of range"))?;
    let names: Vec<&str> = run.plan.variants.iter().map(|variant| variant.name.as_str()).collect();
    let names = serde_json::to_string(&names).map_err(|error| document::invalid(name, error.to_string()))?;
    let tally = Tally::of(run);
    let inserted = db.row(
        sql::INSERT_RUN,
        &[
            &name,
            &run.schema,
            &run.label,
            &created,
            &summary::state_name(run.state),
            &names,
            &(run.plan.variants.len() as i64),
            &(run.plan.benchmarks.len() as i64),
            &(run.invocations.len() as i64),
            &tally.not_measured,
            &tally.rounds,
            &tally.duration_s,
        ],
        |row| row.get(0),
    )?;
    let key: i64 = inserted.ok_or_else(|| Fault::Exists(run.id.clone()))?;
    db.execute(sql::INSERT_DOCUMENT, &[&key, &fixed, &head])?;
    let mut texts = Texts::new(key);
    for invocation in &run.invocations {
        if !insert_invocation(db, &mut texts, &run.id, invocation)? {
            return Err(another(&run.id, invocation));
        }
    }
    Ok(texts)
}

/// Whether the invocation is there now and was not before.
fn insert_invocation(db: &Db, texts: &mut Texts, id: &RunId, invocation: &Invocation) -> Result<bool, Fault> {
    let setup = texts.key(db, id, &Setup::of(invocation))?;
    let findings = texts.key(db, id, &Findings::of(invocation))?;
    let inserted = db.execute(
        sql::INSERT_INVOCATION,
        &[
            &texts.run,
            &invocation.sequence,
            &invocation.benchmark,
            &invocation.variant,
            &invocation.round,
            &setup,
            &findings,
            &pack(invocation),
        ],
    )?;
    Ok(inserted > 0)
}

fn another(id: &RunId, invocation: &Invocation) -> Fault {
    Fault::Told(StoreError::InvocationExists { id: id.to_string(), sequence: invocation.sequence })
}

/// Adds an invocation to a run. The same one twice is no error: a caller that was told of a failure may try again
/// without knowing how far the first attempt came.
pub fn append(db: &Db, texts: &mut Option<Texts>, id: &RunId, invocation: &Invocation) -> Result<(), Fault> {
    let row = read::run_row(db, id)?;
    let size = PlanSize { benchmarks: row.benchmarks, variants: row.variants };
    size.check(id.as_str(), invocation)?;
    let texts = match texts {
        Some(texts) if texts.run == row.key => texts,
        texts => texts.insert(Texts { run: row.key, keys: read::text_keys(db, row.key)? }),
    };
    if !insert_invocation(db, texts, id, invocation)? {
        let there = read::invocation(db, &row, invocation.sequence)?;
        let same = there.is_some_and(|there| document::same_invocation(&there, invocation));
        return if same { Ok(()) } else { Err(another(id, invocation)) };
    }
    let not_measured = !invocation.outcome.is_measured();
    db.execute(sql::COUNT_INVOCATION, &[&not_measured, &round(invocation), &end_s(invocation), &row.key])?;
    Ok(())
}

/// Saves what changes in a run's header.
pub fn update(db: &Db, run: &Run) -> Result<(), Fault> {
    document::check_schema(run.id.as_str(), u64::from(run.schema))?;
    let head = document::encode(run.id.as_str(), &Head::of(run))?;
    let RunRow { key, .. } = read::run_row(db, &run.id)?;
    db.execute(sql::UPDATE_STATE, &[&summary::state_name(run.state), &key])?;
    db.execute(sql::UPDATE_HEAD, &[&head, &key])?;
    Ok(())
}

/// Deletes a run; its invocations and texts go with it.
pub fn delete(db: &Db, id: &RunId) -> Result<(), Fault> {
    match db.execute(sql::DELETE_RUN, &[&id.as_str()])? {
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
