//! From what is due to who sends it.

use super::{Driver, Source};
use crate::answer::UnderWay;
use crate::connection::State;
use crate::own_plan::OwnPlan;
use crate::spec::ConnectionUse;
use kymo_measure::clock::monotonic_ns;
use std::cmp::Reverse;

impl Driver<'_> {
    /// Whether every request has a connection of its own.
    #[inline]
    pub(super) fn per_request(&self) -> bool {
        self.shared.spec.connection_use == ConnectionUse::PerRequest
    }

    /// All connections that can take a request are free from now on.
    pub(super) fn open_for_business(&mut self, now: u64) {
        for place in 0..self.connections.len() as u32 {
            self.list(place, now);
        }
    }

    /// Whether a connection can take a request.
    #[inline]
    fn is_free(&self, place: u32) -> bool {
        let connection = &self.connections[place as usize];
        match connection.state {
            State::Open if !self.per_request() => connection.speaker.has_room(self.shared.spec.depth as usize),
            State::Down => self.per_request(),
            _ => false,
        }
    }

    /// Lists a connection as free, if it is and is not listed.
    #[inline]
    pub(super) fn list(&mut self, place: u32, now: u64) {
        // Before the load begins there is nothing to be free for.
        if self.times.start == 0 || self.connections[place as usize].listed || !self.is_free(place) {
            return;
        }
        let (start, end) = (self.times.start, self.shared.end(&self.times));
        let connection = &mut self.connections[place as usize];
        if let Source::Own { rate, queue, .. } = &mut self.source {
            // One at a time, as wrk2.
            if connection.speaker.oldest().is_some() {
                return;
            }
            let due = OwnPlan::new(connection.number, self.shared.spec.connections, *rate).due(connection.planned);
            if due + start >= end {
                return;
            }
            queue.push(Reverse((due + start, place, connection.generation)));
        } else {
            self.free.push_back((place, connection.generation));
        }
        connection.listed = true;
        connection.free_since = now;
    }

    /// The connection that has been free for longest; it stays listed.
    #[inline]
    fn longest_free(&mut self) -> Option<u32> {
        while let Some((place, generation)) = self.free.front().copied() {
            let connection = &self.connections[place as usize];
            if connection.generation == generation && connection.listed && self.is_free(place) {
                return Some(place);
            }
            self.free.pop_front();
        }
        None
    }

    /// Sends all that is due as far as connections are free, and finds when the next is due.
    #[inline]
    pub(super) fn dispatch(&mut self, now: u64) {
        match self.source {
            Source::Shared { .. } => self.dispatch_shared(now),
            Source::Own { .. } => self.dispatch_own(now),
            Source::Closed { .. } => self.dispatch_closed(now),
        }
    }

    #[inline]
    fn dispatch_shared(&mut self, mut now: u64) {
        let Some(plan) = &self.shared.plan else { return };
        let start = self.times.start;
        loop {
            let Source::Shared { owed } = &mut self.source else { return };
            let mine = *owed;
            let returned = plan.has_returned();
            if let Some(mine) = mine
                && mine.due + start > now
                && !returned
            {
                self.next_due = mine.due + start;
                return;
            }
            let Some(place) = self.longest_free() else {
                self.next_due = mine.map_or(u64::MAX, |mine| mine.due + start);
                if self.next_due <= now {
                    self.give_back();
                }
                return;
            };
            let again = if returned { plan.claim_returned() } else { None };
            let arrival = again.or(mine).or_else(|| plan.claim());
            if again.is_none()
                && let Source::Shared { owed } = &mut self.source
            {
                *owed = arrival;
            }
            let Some(arrival) = arrival.filter(|arrival| arrival.due + start < self.shared.end(&self.times)) else {
                self.next_due = u64::MAX;
                return;
            };
            if arrival.due + start > now {
                // Ahead of its time: it is owed now. The clock may have moved on.
                now = now.max(monotonic_ns());
                if arrival.due + start > now {
                    self.next_due = arrival.due + start;
                    return;
                }
            }
            if again.is_none()
                && let Source::Shared { owed } = &mut self.source
            {
                *owed = None;
            }
            now = self.send(place, arrival.due + start, arrival.request);
        }
    }

    /// What is due and cannot be sent here is somebody else's.
    #[cold]
    fn give_back(&mut self) {
        if let (Source::Shared { owed }, Some(plan)) = (&mut self.source, &self.shared.plan)
            && let Some(arrival) = owed.take()
        {
            plan.give_back(arrival);
            self.shared.wake_others(self.number);
        }
        self.next_due = u64::MAX;
    }

    fn dispatch_own(&mut self, mut now: u64) {
        loop {
            let Source::Own { queue, mix, .. } = &mut self.source else { return };
            let Some(Reverse((due, place, generation))) = queue.peek().copied() else {
                self.next_due = u64::MAX;
                return;
            };
            let connection = &self.connections[place as usize];
            let stale = connection.generation != generation || !connection.listed;
            if !stale && due > now {
                self.next_due = due;
                return;
            }
            queue.pop();
            if stale || due >= self.shared.end(&self.times) {
                continue;
            }
            let request = mix.draw();
            self.connections[place as usize].planned += 1;
            now = self.send(place, due, request);
        }
    }

    fn dispatch_closed(&mut self, mut now: u64) {
        while now < self.shared.end(&self.times)
            && let Some(place) = self.longest_free()
            && let Source::Closed { mix } = &mut self.source
        {
            let request = mix.draw();
            now = self.send(place, u64::MAX, request);
        }
    }

    /// Sends a request; `due` is `u64::MAX` where it is due when it is sent. When it was sent.
    #[inline]
    fn send(&mut self, place: u32, due: u64, request: u32) -> u64 {
        let now = monotonic_ns();
        if self.free.front().is_some_and(|(first, _)| *first == place) {
            self.free.pop_front();
        }
        let due = due.min(now);
        let counted = due >= self.times.window && due < self.shared.end(&self.times);
        let under_way = UnderWay { due, sent: now, request, counted };
        let per_request = self.per_request();
        let connection = &mut self.connections[place as usize];
        connection.listed = false;
        // What waited for a connection was not the generator's fault.
        let lateness = now.saturating_sub(due.max(connection.free_since));
        self.in_flight += 1;
        self.recorder.sent(&under_way, lateness);
        if matches!(self.source, Source::Closed { .. }) && counted {
            self.tally.planned += 1;
        }
        if per_request {
            connection.waiting = Some(under_way);
            self.begin(place, now);
        } else {
            let prepared = &self.shared.requests[request as usize];
            connection.speaker.send(prepared, under_way, &mut connection.out);
            self.list(place, now);
            self.flush(place);
        }
        now
    }
}
