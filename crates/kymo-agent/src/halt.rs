//! Why a job in hand is stopped from outside, and waiting that ends when it is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How often waiting looks whether it shall end.
const SLICE: Duration = Duration::from_millis(50);

/// Why a job is stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    /// Somebody called it off.
    Cancelled,
    /// The lease is gone: somebody else has the job, or it ended.
    LeaseLost,
    /// The agent is to end; the job goes on when it starts again.
    Terminated,
    /// The server does not know this agent any more.
    Unauthorised(String),
}

/// Stops a job: the first reason counts.
#[derive(Default)]
pub(crate) struct Halt {
    /// Set once there is a reason: what a sandbox looks at.
    pub(crate) flag: AtomicBool,
    why: Mutex<Option<Why>>,
}

impl Halt {
    /// Stops it.
    pub(crate) fn stop(&self, why: Why) {
        let mut held = self.why.lock().unwrap_or_else(PoisonError::into_inner);
        held.get_or_insert(why);
        self.flag.store(true, Ordering::SeqCst);
    }

    /// The reason, if there is one.
    pub(crate) fn why(&self) -> Option<Why> {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether there is a reason.
    pub(crate) fn is_set(&self) -> bool {
        self.flag.load(Ordering::SeqCst)
    }
}

/// Waits until the time is over or a flag is set; whether it was set.
pub(crate) fn wait(flag: &AtomicBool, time: Duration) -> bool {
    let end = Instant::now() + time;
    loop {
        if flag.load(Ordering::SeqCst) {
            return true;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return false;
        }
        std::thread::sleep(left.min(SLICE));
    }
}
