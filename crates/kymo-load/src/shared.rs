//! What the threads of a load share.

use crate::error::LoadError;
use crate::plan::{Plan, SharedPlan};
use crate::request::Prepared;
use crate::spec::LoadSpec;
use crate::sys::Waker;
use crate::transport::Maker;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, Mutex, OnceLock, PoisonError};

/// A load that was broken off goes on for so long, in nanoseconds, that no thread sends a request after the new end
/// before it hears of it.
const BREAK_OFF_NS: u64 = 100_000_000;

/// The times of a load, in nanoseconds on the monotonic clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    /// The warm-up begins.
    pub start: u64,
    /// The window begins.
    pub window: u64,
    /// The window ends.
    pub end: u64,
    /// Nothing is waited for any more.
    pub over: u64,
}

pub(crate) struct Shared<'a> {
    pub spec: &'a LoadSpec,
    pub requests: Vec<Prepared>,
    pub maker: Maker,
    /// The plan, where threads share one.
    pub plan: Option<SharedPlan>,
    /// One for each thread.
    pub wakers: Vec<Waker>,
    /// All threads have made their connections.
    pub connected: Barrier,
    /// The times are set.
    pub go: Barrier,
    /// `None` where the load does not begin.
    pub times: OnceLock<Option<Times>>,
    /// The window's end, which may come earlier than planned.
    end: AtomicU64,
    /// Connections that were made before the load began.
    pub made: AtomicU64,
    /// Why the first connection that failed did.
    pub reason: Mutex<Option<String>>,
    pub interrupt: &'a AtomicBool,
}

impl<'a> Shared<'a> {
    pub(crate) fn new(
        spec: &'a LoadSpec,
        requests: Vec<Prepared>,
        maker: Maker,
        interrupt: &'a AtomicBool,
    ) -> Result<Self, LoadError> {
        let threads = spec.threads as usize;
        let wakers: std::io::Result<Vec<Waker>> = (0..threads).map(|_| Waker::new()).collect();
        Ok(Self {
            spec,
            requests,
            maker,
            plan: Plan::new(spec).map(SharedPlan::new),
            wakers: wakers.map_err(LoadError::system("eventfd"))?,
            // The collector is one more.
            connected: Barrier::new(threads + 1),
            go: Barrier::new(threads + 1),
            times: OnceLock::new(),
            end: AtomicU64::new(u64::MAX),
            made: AtomicU64::new(0),
            reason: Mutex::new(None),
            interrupt,
        })
    }

    /// When the window ends: as planned, or earlier.
    #[inline]
    pub(crate) fn end(&self, times: &Times) -> u64 {
        times.end.min(self.end.load(Ordering::Relaxed))
    }

    /// When all is over.
    pub(crate) fn over(&self, times: &Times) -> u64 {
        // What was broken off is not waited for.
        times.over.min(self.end.load(Ordering::Relaxed))
    }

    /// Ends the load soon after `now` if the user wants that.
    pub(crate) fn heed_interrupt(&self, now: u64) {
        if self.interrupt.load(Ordering::Relaxed) {
            let _ = self.end.compare_exchange(u64::MAX, now + BREAK_OFF_NS, Ordering::Relaxed, Ordering::Relaxed);
        }
    }

    /// Whether the load was broken off before its window ended.
    pub(crate) fn broken_off(&self, times: &Times) -> bool {
        self.end(times) < times.end
    }

    /// Keeps the reason of a failure if it is the first.
    pub(crate) fn keep_reason(&self, reason: &dyn std::fmt::Display) {
        let mut kept = self.reason.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get_or_insert_with(|| reason.to_string());
    }

    /// Wakes all threads but one.
    pub(crate) fn wake_others(&self, number: usize) {
        for (_, waker) in self.wakers.iter().enumerate().filter(|(other, _)| *other != number) {
            waker.wake();
        }
    }
}
