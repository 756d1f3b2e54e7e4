//! Making connections, and making them again.

use super::Driver;
use crate::connection::{Speaker, State};
use crate::poller::Poller;
use crate::spec::HttpVersion;
use crate::sys::Which;
use crate::tally::Kind;
use kymo_measure::clock::monotonic_ns;
use std::io;
use std::sync::atomic::Ordering;

/// Connections that a thread makes at a time before the load begins: a server's queue of new connections may be short
/// (128 is common), and what does not fit is tried again by the kernel only after a second.
const CONNECTING_MAX: usize = 32;

/// Waits between attempts in vain: the first and the longest, in nanoseconds.
const BACK_OFF_NS: (u64, u64) = (1_000_000, 1_000_000_000);

impl Driver<'_> {
    /// Makes all connections, a few at a time, each tried once. Where every request has its own there are none to make.
    pub(crate) fn connect(&mut self) -> io::Result<()> {
        if self.per_request() {
            return Ok(());
        }
        let mut next = 0;
        loop {
            let under_way = |driver: &Self| {
                let states = driver.connections.iter().map(|one| one.state);
                states.filter(|state| matches!(state, State::Connecting | State::Shaking)).count()
            };
            let mut count = under_way(self);
            while count < CONNECTING_MAX && next < self.connections.len() {
                self.begin(next as u32, monotonic_ns());
                (next, count) = (next + 1, count + 1);
            }
            if under_way(self) == 0 && next == self.connections.len() {
                return Ok(());
            }
            let events = self.poller.wait(super::SWEEP_NS)?;
            (0..events).for_each(|index| self.handle(index));
            self.expire_connects();
        }
    }

    fn expire_connects(&mut self) {
        let (now, timeout) = (monotonic_ns(), self.shared.spec.connect_timeout.as_nanos() as u64);
        for place in 0..self.connections.len() as u32 {
            let connection = &self.connections[place as usize];
            let connecting = matches!(connection.state, State::Connecting | State::Shaking);
            if connecting && connection.since.saturating_add(timeout) <= now {
                self.connect_timed_out(place, false);
            }
        }
    }

    /// Begins to connect.
    pub(super) fn begin(&mut self, place: u32, now: u64) {
        self.begun += 1;
        let connection = &mut self.connections[place as usize];
        connection.since = now;
        connection.generation = connection.generation.wrapping_add(1);
        connection.listed = false;
        let which = Which::new(place, connection.generation);
        let spread = (self.number as u32).wrapping_mul(7919).wrapping_add(self.begun);
        let made = self.shared.maker.begin(spread).and_then(|transport| {
            match &mut self.poller {
                Poller::Epoll(epoll) => epoll.add(transport.fd(), u64::from(place), true)?,
                Poller::Uring(ring) => ring.watch_connect(transport.fd(), which)?,
            }
            Ok(transport)
        });
        let connection = &mut self.connections[place as usize];
        match made {
            Ok(transport) => {
                connection.transport = Some(transport);
                connection.state = State::Connecting;
                connection.watched = true;
            }
            Err(error) => self.connect_failed(place, Kind::Connect, &error),
        }
    }

    /// Something happened to a connection that is being made.
    pub(super) fn go_on(&mut self, place: u32) {
        let connection = &mut self.connections[place as usize];
        let Some(transport) = &mut connection.transport else { return };
        if connection.state == State::Connecting {
            if let Err(error) = transport.error() {
                return self.connect_failed(place, Kind::Connect, &error);
            }
            connection.state = State::Shaking;
        }
        match transport.shake() {
            Ok(true) => self.made(place),
            Ok(false) => {
                let write = transport.wants_write();
                self.watch(place, write);
            }
            // Of a plain connection there is nothing to shake, so this is TLS.
            Err(error) => self.connect_failed(place, Kind::Tls, &error),
        }
    }

    fn made(&mut self, place: u32) {
        let now = monotonic_ns();
        let (spec, keeps) = (self.shared.spec, !self.per_request());
        let connection = &mut self.connections[place as usize];
        let chosen = connection.transport.as_ref().and_then(|transport| transport.chosen());
        if spec.http == HttpVersion::Http2 && spec.tls.is_some() && chosen != Some(b"h2") {
            let error = io::Error::other("the server does not speak HTTP/2 over TLS (ALPN h2)");
            return self.connect_failed(place, Kind::Tls, &error);
        }
        connection.state = State::Open;
        connection.answered = false;
        connection.out.clear();
        connection.speaker = Speaker::new(spec);
        connection.speaker.greet(&mut connection.out);
        self.tally.connect.saturating_record(now.saturating_sub(connection.since));
        self.tally.made += 1;
        if self.times.start == 0 {
            self.shared.made.fetch_add(1, Ordering::Relaxed);
        } else if keeps {
            self.tally.again += 1;
        }
        if let Some(request) = connection.waiting.take() {
            let prepared = &self.shared.requests[request.request as usize];
            connection.speaker.send(prepared, request, &mut connection.out);
        }
        self.begin_to_receive(place);
        self.flush(place);
        self.list(place, now);
    }

    pub(super) fn connect_timed_out(&mut self, place: u32, by_request: bool) {
        let error = io::Error::other("no answer to the attempt to connect in time");
        self.connect_failed(place, if by_request { Kind::Timeout } else { Kind::Connect }, &error);
    }

    /// A connection could not be made.
    pub(super) fn connect_failed(&mut self, place: u32, kind: Kind, error: &io::Error) {
        let now = monotonic_ns();
        if self.times.start == 0 {
            self.shared.keep_reason(&error);
        }
        self.tally.say(kind, error);
        let connection = &mut self.connections[place as usize];
        let waiting = connection.waiting.take();
        self.shut(place);
        self.back_off(place, now);
        match waiting {
            Some(request) => self.fail(request, kind),
            None => self.tally.count(kind),
        }
    }

    /// Puts the next attempt off, for longer each time.
    pub(super) fn back_off(&mut self, place: u32, now: u64) {
        let connection = &mut self.connections[place as usize];
        let wait = BACK_OFF_NS.0.saturating_mul(1 << connection.failures.min(20)).min(BACK_OFF_NS.1);
        connection.failures += 1;
        connection.since = now + wait;
    }

    /// Closes a connection.
    pub(super) fn shut(&mut self, place: u32) {
        let connection = &mut self.connections[place as usize];
        if let Some(transport) = &mut connection.transport {
            transport.farewell();
            if let Poller::Uring(ring) = &mut self.poller {
                // What fails here has failed on the connection before.
                let _ = ring.submit();
                transport.hang_up();
            }
            let (read, written) = transport.take_moved();
            self.moved.0 += read;
            self.moved.1 += written;
        }
        connection.transport = None;
        connection.state = State::Down;
        connection.watched = false;
        connection.listed = false;
        connection.generation = connection.generation.wrapping_add(1);
        connection.out.clear();
    }
}
