//! Heartbeats, on a thread of their own: that the job is in hand, how far it is, what it logged.

use crate::backoff::Backoff;
use crate::client::{Client, Trouble};
use crate::halt::{Halt, Why, wait};
use crate::log::JobLog;
use crate::machine::Reporter;
use crate::plain;
use kymo_model::watch::{Heartbeat, LeaseId, Progress, Step};
use kymo_model::{Seconds, Share};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest time between heartbeats: people look at the progress, and call jobs off.
const MOST: Duration = Duration::from_secs(5);

/// The shortest.
const LEAST: Duration = Duration::from_millis(200);

/// How long a measurement may take to come to the end of its invocation when the agent is to end.
const GRACE: Duration = Duration::from_secs(30);

/// Characters of the progress's text, as the protocol has it.
const TEXT_MAX: usize = 200;

/// What the job's thread and its heartbeats share.
pub(crate) struct Shared {
    /// Whether the job is to stop.
    pub(crate) halt: Halt,
    /// Its log.
    pub(crate) log: JobLog,
    /// Whether the agent is to end after the invocation in progress.
    pub(crate) ending: AtomicBool,
    /// Whether something is measured that is worth waiting for its end.
    pub(crate) measuring: AtomicBool,
    /// Bytes of the log that the server had before this try.
    pub(crate) log_base: Mutex<Option<u64>>,
    /// Bytes of the log that the server has, as it said last.
    pub(crate) log_known: AtomicU64,
    progress: Mutex<Progress>,
}

impl Shared {
    /// For a job that is at this step.
    pub(crate) fn new(log: JobLog, step: Step, log_base: Option<u64>) -> Self {
        let progress = Mutex::new(Progress { step, done: None, text: String::new() });
        Self {
            halt: Halt::default(),
            log,
            ending: AtomicBool::new(false),
            measuring: AtomicBool::new(false),
            log_base: Mutex::new(log_base),
            log_known: AtomicU64::new(log_base.unwrap_or(0)),
            progress,
        }
    }

    /// Says how far the job is.
    pub(crate) fn progress(&self, step: Step, done: Option<f64>, text: &str) {
        let done = done.filter(|done| done.is_finite()).map(|done| done.clamp(0.0, 1.0));
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) =
            Progress { step, done: done.map(Share::new), text: plain::line(text, TEXT_MAX) };
    }

    fn now(&self) -> Progress {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The heartbeats of one lease.
pub(crate) struct Beats<'a> {
    pub(crate) client: &'a Client,
    pub(crate) reporter: &'a Reporter,
    pub(crate) shared: &'a Shared,
    pub(crate) lease: LeaseId,
    pub(crate) expires_in: Seconds,
    pub(crate) retry_max: Duration,
}

impl Beats<'_> {
    /// Sends heartbeats until `over`, the lease is gone, or the server does not know the agent any more.
    ///
    /// A server that cannot be reached stops nothing: what is measured meanwhile is kept, and a lease that expired but
    /// whose job nobody took comes to life again.
    pub(crate) fn run(&self, over: &AtomicBool) {
        let mut expires = self.expires_in.to_duration();
        let mut backoff = Backoff::new(self.retry_max.min(expires / 3).max(LEAST));
        let mut offset = None;
        let mut with_log = true;
        loop {
            let base = *self.shared.log_base.lock().unwrap_or_else(PoisonError::into_inner);
            let piece = match (base, offset) {
                (Some(base), Some(offset)) if with_log => self.shared.log.piece(base, offset),
                _ => None,
            };
            let beat = Heartbeat { report: self.reporter.report(), progress: self.shared.now(), log: piece };
            let pause = match self.client.heartbeat(&self.lease, &beat) {
                Ok(answer) => {
                    backoff.reset();
                    if answer.cancelled {
                        self.shared.halt.stop(Why::Cancelled);
                    }
                    offset = Some(answer.log_offset);
                    self.shared.log_known.store(answer.log_offset, Ordering::SeqCst);
                    let base = self.rebase(answer.log_offset);
                    expires = answer.expires_in.to_duration();
                    let behind = base + self.shared.log.length() > answer.log_offset && with_log;
                    if behind { LEAST } else { (expires / 3).clamp(LEAST, MOST) }
                }
                Err(Trouble::Conflict(_)) => return self.shared.halt.stop(Why::LeaseLost),
                Err(Trouble::Unauthorised(why)) => return self.shared.halt.stop(Why::Unauthorised(why)),
                Err(Trouble::Refused(_)) => {
                    // It may be the piece of the log that is refused: being alive matters more.
                    with_log = !with_log;
                    backoff.pause()
                }
                Err(Trouble::Later(_, asked)) => asked.unwrap_or_default().min(expires / 3).max(backoff.pause()),
            };
            if wait(over, pause) {
                return;
            }
        }
    }

    /// Where the job's log begins for the server: after what it had of tries before. It never has more than there is.
    fn rebase(&self, server: u64) -> u64 {
        let mut base = self.shared.log_base.lock().unwrap_or_else(PoisonError::into_inner);
        let known = base.unwrap_or(server);
        // The end of the file may be lost with the machine: what comes now stands after what the server has.
        let known = known.max(server.saturating_sub(self.shared.log.length()));
        *base = Some(known);
        known
    }
}

/// Stops the job when the agent is to end: a measurement at the end of its invocation, anything else at once.
pub(crate) fn watch(stop: &AtomicBool, shared: &Shared, over: &AtomicBool) {
    const SLICE: Duration = Duration::from_millis(50);
    while !stop.load(Ordering::SeqCst) {
        if wait(over, SLICE) {
            return;
        }
    }
    shared.ending.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    while shared.measuring.load(Ordering::SeqCst) && begun.elapsed() < GRACE && !shared.halt.is_set() {
        if wait(over, SLICE) {
            return;
        }
    }
    shared.halt.stop(Why::Terminated);
}
