//! The run document: read from text, checked, and taken apart into what is fixed and what changes.

use crate::StoreError;
use kymo_model::run::RUN_SCHEMA;
use kymo_model::{Close, Conditions, Invocation, Noise, Run, RunState};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Reads a run document from its JSON text. `name` stands for it in errors: the file, or where else it came from.
pub fn parse_document(name: &str, text: &str) -> Result<Run, StoreError> {
    // The schema first and alone: a newer document has fields that this version refuses with a lesser message.
    #[derive(Deserialize)]
    struct Head {
        schema: u64,
    }
    let invalid = |error: serde_json::Error| invalid(name, error.to_string());
    let head: Head = serde_json::from_str(text).map_err(invalid)?;
    check_schema(name, head.schema)?;
    let run = serde_json::from_str(text).map_err(invalid)?;
    check(name, &run)?;
    Ok(run)
}

pub fn invalid(name: &str, problem: impl Into<String>) -> StoreError {
    StoreError::Document { name: name.to_owned(), problem: problem.into() }
}

pub fn check_schema(name: &str, found: u64) -> Result<(), StoreError> {
    if found > u64::from(RUN_SCHEMA) {
        return Err(StoreError::NewerDocument { name: name.to_owned(), found, known: RUN_SCHEMA });
    }
    if found == 0 {
        return Err(invalid(name, "there is no schema 0"));
    }
    Ok(())
}

/// Checks what the types do not: readers index the plan by an invocation's numbers.
pub fn check(name: &str, run: &Run) -> Result<(), StoreError> {
    check_schema(name, u64::from(run.schema))?;
    if run.id.as_str().is_empty() {
        return Err(invalid(name, "its id is empty"));
    }
    let size = PlanSize { benchmarks: run.plan.benchmarks.len() as u64, variants: run.plan.variants.len() as u64 };
    for invocation in &run.invocations {
        size.check(name, invocation)?;
    }
    let mut sequences: Vec<u32> = run.invocations.iter().map(|invocation| invocation.sequence).collect();
    sequences.sort_unstable();
    match sequences.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(invalid(name, format!("two invocations have the sequence number {}", pair[0]))),
        None => Ok(()),
    }
}

/// How many benchmarks and variants a plan has.
#[derive(Clone, Copy)]
pub struct PlanSize {
    pub benchmarks: u64,
    pub variants: u64,
}

impl PlanSize {
    pub fn check(self, name: &str, invocation: &Invocation) -> Result<(), StoreError> {
        let (sequence, benchmark, variant) = (invocation.sequence, invocation.benchmark, invocation.variant);
        if u64::from(benchmark) >= self.benchmarks {
            let count = self.benchmarks;
            return Err(invalid(
                name,
                format!("invocation {sequence} is of benchmark {benchmark}, the plan has {count} from 0"),
            ));
        }
        if u64::from(variant) >= self.variants {
            let count = self.variants;
            return Err(invalid(
                name,
                format!("invocation {sequence} is of variant {variant}, the plan has {count} from 0"),
            ));
        }
        Ok(())
    }
}

/// What changes in a run's header while it goes on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub state: RunState,
    pub closed: BTreeMap<u32, Close>,
    pub conditions: Option<Conditions>,
    pub noise: Vec<Noise>,
    pub notes: Vec<String>,
}

impl Head {
    pub fn of(run: &Run) -> Self {
        Self {
            state: run.state,
            closed: run.closed.clone(),
            conditions: run.conditions.clone(),
            noise: run.noise.clone(),
            notes: run.notes.clone(),
        }
    }

    pub fn put_into(self, run: &mut Run) {
        run.state = self.state;
        run.closed = self.closed;
        run.conditions = self.conditions;
        run.noise = self.noise;
        run.notes = self.notes;
    }
}

/// The run with nothing but what is fixed when it begins.
pub fn fixed(run: &Run) -> Run {
    Run {
        schema: run.schema,
        id: run.id.clone(),
        label: run.label.clone(),
        created_unix_s: run.created_unix_s,
        state: RunState::Running,
        harness: run.harness.clone(),
        machine: run.machine.clone(),
        plan: run.plan.clone(),
        engines: run.engines.clone(),
        closed: BTreeMap::new(),
        conditions: None,
        noise: Vec::new(),
        notes: Vec::new(),
        imported: run.imported.clone(),
        filed: run.filed.clone(),
        invocations: Vec::new(),
    }
}

/// Compressed JSON. Reads it back to be sure: JSON has no infinity and no NaN, and would keep them as nothing.
pub fn encode<T: Serialize + DeserializeOwned + PartialEq>(name: &str, part: &T) -> Result<Vec<u8>, StoreError> {
    let json = serde_json::to_vec(part).map_err(|error| invalid(name, error.to_string()))?;
    if serde_json::from_slice::<T>(&json).ok().as_ref() != Some(part) {
        return Err(invalid(name, "a number in its header is not finite"));
    }
    zstd::bulk::compress(&json, zstd::DEFAULT_COMPRESSION_LEVEL)
        .map_err(|error| invalid(name, format!("it cannot be compressed: {error}")))
}

/// Reads what [`encode`] made.
pub fn decode<T: DeserializeOwned>(blob: &[u8]) -> Result<T, String> {
    let json = zstd::decode_all(blob).map_err(|error| format!("a header does not decompress: {error}"))?;
    serde_json::from_slice(&json).map_err(|error| format!("a header cannot be read: {error}"))
}

/// Whether two runs are the same document, samples compared by their bits and invocations by their sequence.
pub fn same(one: &Run, other: &Run) -> bool {
    let by_sequence = |run: &Run| -> Vec<usize> {
        let mut order: Vec<usize> = (0..run.invocations.len()).collect();
        order.sort_by_key(|&index| run.invocations[index].sequence);
        order
    };
    one.invocations.len() == other.invocations.len()
        && fixed(one) == fixed(other)
        && Head::of(one) == Head::of(other)
        && by_sequence(one)
            .into_iter()
            .zip(by_sequence(other))
            .all(|(left, right)| same_invocation(&one.invocations[left], &other.invocations[right]))
}

/// Whether two invocations are the same, numbers compared by their bits: a NaN equals itself here.
pub fn same_invocation(one: &Invocation, other: &Invocation) -> bool {
    let place = |of: &Invocation| (of.sequence, of.benchmark, of.variant, of.round);
    place(one) == place(other)
        && crate::parts::Setup::of(one) == crate::parts::Setup::of(other)
        && crate::parts::Findings::of(one) == crate::parts::Findings::of(other)
        && crate::packing::pack(one) == crate::packing::pack(other)
}
