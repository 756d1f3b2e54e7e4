//! What a list of runs shows.

use kymo_model::{RunId, RunState, Seconds};

/// A run in one line, without its samples.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    /// Its name.
    pub id: RunId,
    /// The user's text for it.
    pub label: Option<String>,
    /// Start, as seconds since 1970-01-01 UTC.
    pub created_unix_s: u64,
    /// How far it has come.
    pub state: RunState,
    /// The names of its variants, in the plan's order.
    pub variants: Vec<String>,
    /// Benchmarks in the plan.
    pub benchmarks: u32,
    /// Invocations, calibration included.
    pub invocations: u32,
    /// Invocations whose outcome is another than `measured`.
    pub not_measured: u32,
    /// The last round that was begun; 0 where there were none, as in a run that only counts.
    pub rounds: u32,
    /// From the start of the run to the end of its last invocation.
    pub duration: Seconds,
}

pub fn state_name(state: RunState) -> &'static str {
    match state {
        RunState::Running => "running",
        RunState::Finished => "finished",
        RunState::Interrupted => "interrupted",
    }
}

pub fn state(name: &str) -> Option<RunState> {
    [RunState::Running, RunState::Finished, RunState::Interrupted].into_iter().find(|&state| state_name(state) == name)
}
