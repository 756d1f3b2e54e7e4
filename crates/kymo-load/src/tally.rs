//! What a thread counts over the whole load.

use crate::histograms::empty;
use crate::report::Errors;
use crate::sys;
use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// Kinds of errors, as in [`Errors`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Connect,
    Tls,
    Write,
    Read,
    Timeout,
    Protocol,
    Status,
    Body,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Write => "write",
            Self::Read => "read",
            Self::Timeout => "timeout",
            Self::Protocol => "protocol",
            Self::Status => "status",
            Self::Body => "body",
        }
    }
}

/// Counts of requests that were due in the window, and of connections.
#[derive(Debug)]
pub(crate) struct Tally {
    /// Planned by connections of their own, or sent in a closed loop.
    pub planned: u64,
    pub completed: u64,
    pub failed: u64,
    pub in_flight: u64,
    /// Of connections with plans of their own.
    pub unsent: u64,
    /// When the oldest request that is in flight or unsent was due.
    pub oldest_due: Option<u64>,
    pub errors: Errors,
    /// Answers by status, from 0 to 999.
    pub statuses: Vec<u64>,
    /// When the last answer came that was as expected.
    pub last_answer: u64,
    pub made: u64,
    pub again: u64,
    pub connect: Histogram<u64>,
    /// What was said of the first error of each kind.
    pub said: BTreeMap<Kind, String>,
    /// At the start and end of the window.
    pub readings: [Option<Reading>; 2],
    /// What stopped the thread, if anything did.
    pub stopped: Option<std::io::Error>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self {
            planned: 0,
            completed: 0,
            failed: 0,
            in_flight: 0,
            unsent: 0,
            oldest_due: None,
            errors: Errors::default(),
            statuses: vec![0; 1000],
            last_answer: 0,
            made: 0,
            again: 0,
            connect: empty(),
            said: BTreeMap::new(),
            readings: [None, None],
            stopped: None,
        }
    }

    pub(crate) fn count(&mut self, kind: Kind) {
        let errors = &mut self.errors;
        *match kind {
            Kind::Connect => &mut errors.connect,
            Kind::Tls => &mut errors.tls,
            Kind::Write => &mut errors.write,
            Kind::Read => &mut errors.read,
            Kind::Timeout => &mut errors.timeout,
            Kind::Protocol => &mut errors.protocol,
            Kind::Status => &mut errors.status,
            Kind::Body => &mut errors.body,
        } += 1;
    }

    /// Keeps what is said of an error, if it is the first of its kind.
    pub(crate) fn say(&mut self, kind: Kind, text: &dyn std::fmt::Display) {
        self.said.entry(kind).or_insert_with(|| text.to_string());
    }

    pub(crate) fn due_and_open(&mut self, due: u64) {
        self.oldest_due = Some(self.oldest_due.map_or(due, |oldest| oldest.min(due)));
    }
}

/// What a thread had used by a moment.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading {
    pub at: u64,
    /// Processor time, and its part in user space, in nanoseconds.
    pub cpu: u64,
    pub user: u64,
    /// Time ready without running, in nanoseconds; `None` where the kernel does not say.
    pub waited: Option<u64>,
    /// Time in which it waited for something to do, in nanoseconds.
    pub idle: u64,
    pub read: u64,
    pub written: u64,
    pub answers: u64,
}

impl Reading {
    /// Reads what the kernel knows of the calling thread.
    pub(crate) fn now(at: u64) -> Self {
        let (cpu, user) = sys::thread_times();
        // The second figure is the time on the run queue (sched-stats).
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
        let waited = text.and_then(|text| text.split_ascii_whitespace().nth(1)?.parse().ok());
        Self { at, cpu, user, waited, ..Self::default() }
    }
}
