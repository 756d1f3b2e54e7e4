//! An incident: one change of a project on one machine, in all series that moved together, and what became of it.

use serde::{Deserialize, Serialize};

/// What is known of an incident, apart from what people said of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Found in history, which proves nothing.
    Suspected,
    /// An interleaved A/B of both ends showed the change.
    Confirmed,
    /// An interleaved A/B of both ends showed that there is none.
    Refuted,
    /// An A/B could not decide, or could not be made.
    Unconfirmed,
}

impl State {
    /// The name in documents and tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Suspected => "suspected",
            Self::Confirmed => "confirmed",
            Self::Refuted => "refuted",
            Self::Unconfirmed => "unconfirmed",
        }
    }
}

/// A series that moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncidentSeries {
    /// The series' key in the store.
    pub series: i64,
    /// Its name.
    pub name: String,
    /// Relative size of the change: 0.05 = +5 %.
    pub size: f64,
    /// Its 95 % interval, relative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<(f64, f64)>,
    /// How sure the detector is, 0 to 1.
    pub confidence: f64,
    /// Whether it is for the worse.
    pub worse: bool,
    /// Whether the machine code before and after is byte-identical.
    pub same_code: bool,
    /// Values around the change, relative to the first of them.
    pub spark: Vec<f64>,
    /// The place in `spark` of the first value after the change.
    pub spark_at: usize,
}

/// What an A/B of both ends found for one series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The run.
    pub run: String,
    /// When, as seconds since 1970-01-01 UTC.
    pub unix_s: u64,
    /// What it means for the incident.
    pub state: State,
    /// The largest change that it found, relative, with its 95 % interval; `None` where nothing could be compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<(f64, f64, f64)>,
    /// In words: how many series were slower, faster, the same, undecided.
    pub text: String,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// When, as seconds since 1970-01-01 UTC.
    pub unix_s: u64,
    /// What.
    pub text: String,
}

/// An incident, as the store keeps it. Commits are hashes, so that it survives a main line that is rewritten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// Its number within the project, from 1.
    pub number: u32,
    /// The machine's name.
    pub machine: String,
    /// When it was first found, as seconds since 1970-01-01 UTC.
    pub opened_unix_s: u64,
    /// The last commit that was measured before it.
    pub before: String,
    /// The last commit that can have made it: the first measured one that is surely after it.
    pub upto: String,
    /// The likeliest commit.
    pub at: String,
    /// The series that moved, the largest change first.
    pub series: Vec<IncidentSeries>,
    /// Whether the last analysis did not find it any more.
    pub gone: bool,
    /// What A/B runs of both ends found, oldest first.
    #[serde(default)]
    pub confirmations: Vec<Confirmation>,
    /// What happened, oldest first.
    pub history: Vec<Event>,
}

impl Incident {
    /// Its name: `wasmtime-12`.
    pub fn name(&self, project: &str) -> String {
        format!("{project}-{}", self.number)
    }

    /// What is known of it: what the last A/B said, if there was one.
    pub fn state(&self) -> State {
        self.confirmations.last().map_or(State::Suspected, |last| last.state)
    }

    /// The series that moved most.
    pub fn largest(&self) -> Option<&IncidentSeries> {
        self.series.first()
    }

    /// Whether every series that moved did so with byte-identical machine code: a phantom, which raises no alarm.
    pub fn is_phantom(&self) -> bool {
        !self.series.is_empty() && self.series.iter().all(|series| series.same_code)
    }

    /// Whether it still calls for somebody: found by the last analysis, not refuted and no phantom. What people decided is
    /// apart.
    pub fn is_open(&self) -> bool {
        !self.gone && !self.is_phantom() && self.state() != State::Refuted
    }
}
