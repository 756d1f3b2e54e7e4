//! The plan that all threads share: whoever has a free connection claims the next arrival.
//!
//! An arrival may be claimed before it is due; whoever did owes it on time. So one thread wakes for it and not all, and
//! no thread whose connections are busy holds it back. A thread that loses its free connection gives the arrival back.

use crate::arrivals::Arrivals;
use crate::curve::Curve;
use crate::mix::Mix;
use crate::spec::{LoadSpec, Profile, Schedule};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// A request that is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Arrival {
    /// When it is due, in nanoseconds from the start of the warm-up.
    pub due: u64,
    /// Which of the requests.
    pub request: u32,
}

/// Arrivals of the warm-up, then those of the window. The window's are the same whatever the warm-up.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    warmup: Arrivals,
    warmup_ns: u64,
    window: Arrivals,
    mix: Mix,
}

/// Streams of random numbers, one for each use of the seed.
const WINDOW: u64 = 0;
const WARMUP: u64 = 1;
pub(crate) const MIX: u64 = 2;

impl Plan {
    /// The plan of an open loop; `None` where the schedule has none that connections share.
    ///
    /// The warm-up has the profile's first rate, and the profile begins with the window.
    pub(crate) fn new(spec: &LoadSpec) -> Option<Self> {
        let (warmup_ns, window_ns) = (spec.warmup.as_nanos() as u64, spec.duration.as_nanos() as u64);
        let arrivals = |profile: &Profile, poisson: bool| {
            let curve = Curve::new(profile);
            let first = Curve::flat(curve.first_rate());
            match poisson {
                true => (
                    Arrivals::poisson(first, warmup_ns, spec.seed, WARMUP),
                    Arrivals::poisson(curve, window_ns, spec.seed, WINDOW),
                ),
                false => (Arrivals::constant(first, warmup_ns), Arrivals::constant(curve, window_ns)),
            }
        };
        let (warmup, window) = match &spec.schedule {
            Schedule::Constant(profile) => arrivals(profile, false),
            Schedule::Poisson(profile) => arrivals(profile, true),
            Schedule::PerConnection { .. } | Schedule::Closed => return None,
        };
        Some(Self { warmup, warmup_ns, window, mix: Mix::new(&spec.requests, spec.seed, MIX) })
    }

    fn next(&mut self) -> Option<Arrival> {
        let due = self.warmup.next().or_else(|| self.window.next().map(|due| due + self.warmup_ns))?;
        Some(Arrival { due, request: self.mix.draw() })
    }

    fn peek(&self) -> Option<u64> {
        self.warmup.peek().or_else(|| self.window.peek().map(|due| due + self.warmup_ns))
    }

    /// Steps over all that are due before a time from the start of the warm-up; how many they were.
    pub(crate) fn skip_before(&mut self, time_ns: u64) -> u64 {
        self.warmup.skip_before(time_ns) + self.window.skip_before(time_ns.saturating_sub(self.warmup_ns))
    }

    /// As [`Plan::skip_before`], but only those in the window are counted, and the first one's time is given.
    pub(crate) fn skip_window_before(&mut self, time_ns: u64) -> (u64, Option<u64>) {
        let first = self.window.peek().map(|due| due + self.warmup_ns).filter(|due| *due < time_ns);
        (self.window.skip_before(time_ns.saturating_sub(self.warmup_ns)), first)
    }
}

/// When the requests of a load are due, from the start of its window; nothing where that is not planned for all
/// connections together. The times are those that [`run`](crate::run()) keeps to.
pub fn due_times(spec: &LoadSpec) -> impl Iterator<Item = Duration> {
    Plan::new(spec).into_iter().flat_map(|plan| plan.window).map(Duration::from_nanos)
}

/// A plan that threads claim arrivals from.
pub(crate) struct SharedPlan {
    inner: Mutex<(Plan, VecDeque<Arrival>)>,
    /// How many were given back, readable without the lock.
    returned: AtomicUsize,
}

impl SharedPlan {
    pub(crate) fn new(plan: Plan) -> Self {
        Self { inner: Mutex::new((plan, VecDeque::new())), returned: AtomicUsize::new(0) }
    }

    fn lock(&self) -> MutexGuard<'_, (Plan, VecDeque<Arrival>)> {
        // Whoever panicked did so outside: nothing in here does.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next arrival that nobody claimed; `None` after the last.
    pub(crate) fn claim(&self) -> Option<Arrival> {
        self.lock().0.next()
    }

    /// One that was given back, if any.
    pub(crate) fn claim_returned(&self) -> Option<Arrival> {
        let mut inner = self.lock();
        let arrival = inner.1.pop_front();
        self.returned.store(inner.1.len(), Ordering::Release);
        arrival
    }

    /// Whether any is left that is due before a time from the start.
    pub(crate) fn has_more(&self, until: u64) -> bool {
        let inner = self.lock();
        !inner.1.is_empty() || inner.0.peek().is_some_and(|due| due < until)
    }

    /// Whether some thread gave one back.
    pub(crate) fn has_returned(&self) -> bool {
        self.returned.load(Ordering::Acquire) > 0
    }

    /// Gives an arrival back that cannot be sent by whoever claimed it.
    pub(crate) fn give_back(&self, arrival: Arrival) {
        let mut inner = self.lock();
        inner.1.push_back(arrival);
        self.returned.store(inner.1.len(), Ordering::Release);
    }

    /// What was due in the window before `until` and never taken: how many, and the first one's time. Ends the plan.
    pub(crate) fn untaken(&self, until: u64) -> (u64, Option<u64>) {
        let mut inner = self.lock();
        let start = inner.0.warmup_ns;
        let returned: Vec<u64> =
            inner.1.drain(..).map(|arrival| arrival.due).filter(|due| *due >= start && *due < until).collect();
        let (count, first) = inner.0.skip_window_before(until);
        (count + returned.len() as u64, returned.into_iter().chain(first).min())
    }
}
