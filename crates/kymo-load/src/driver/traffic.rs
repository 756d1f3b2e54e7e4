//! Bytes in and out of connections, and what becomes of requests.

use super::Driver;
use crate::answer::{Answer, UnderWay};
use crate::connection::State;
use crate::poller::Poller;
use crate::sys::Readiness;
use crate::tally::Kind;
use kymo_measure::clock::monotonic_ns;
use std::io;

impl Driver<'_> {
    /// Something happened to a connection.
    #[inline]
    pub(super) fn ready(&mut self, place: u32, ready: Readiness) {
        match self.connections[place as usize].state {
            State::Open => {
                if ready.writable() && self.connections[place as usize].watched {
                    self.flush(place);
                }
                if ready.readable() && self.connections[place as usize].state == State::Open {
                    self.receive(place);
                }
            }
            State::Connecting if !ready.writable() => {}
            State::Connecting | State::Shaking => self.go_on(place),
            // An event of a connection that was closed while events were being dealt with.
            State::Down => {}
        }
    }

    /// Writes what there is to write.
    #[inline]
    pub(super) fn flush(&mut self, place: u32) {
        if matches!(self.poller, Poller::Uring(_)) {
            return self.queue(place);
        }
        let connection = &mut self.connections[place as usize];
        let Some(transport) = &mut connection.transport else { return };
        match transport.write(&mut connection.out) {
            Ok(all) => {
                if connection.watched == all {
                    self.watch(place, !all);
                }
            }
            Err(error) => self.broken(place, Kind::Write, &error),
        }
    }

    /// Watches a connection for writing, or no longer.
    pub(super) fn watch(&mut self, place: u32, write: bool) {
        let connection = &mut self.connections[place as usize];
        let (Poller::Epoll(epoll), Some(transport)) = (&self.poller, &connection.transport) else { return };
        connection.watched = write;
        if let Err(error) = epoll.modify(transport.fd(), u64::from(place), write) {
            self.broken(place, Kind::Write, &error);
        }
    }

    fn receive(&mut self, place: u32) {
        loop {
            let connection = &mut self.connections[place as usize];
            let Some(transport) = &mut connection.transport else { return };
            let count = match transport.read(&mut self.buffer) {
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return self.broken(place, Kind::Read, &error),
            };
            let more = transport.may_have_more(count, self.buffer.len());
            let (read, written) = transport.take_moved();
            self.moved.0 += read;
            self.moved.1 += written;
            if !self.take_in(place, count) || !more {
                return;
            }
        }
    }

    /// Deals with what came on a connection and is in the buffer; nothing is the end. Whether the connection goes on.
    #[inline]
    pub(super) fn take_in(&mut self, place: u32, count: usize) -> bool {
        let now = monotonic_ns();
        if count == 0 {
            self.ended(place, now);
            return false;
        }
        let connection = &mut self.connections[place as usize];
        let (requests, said) = (&self.shared.requests, connection.out.len());
        let came = &self.buffer[..count];
        let fault = connection.speaker.receive(came, requests, &mut self.answers, &mut connection.out);
        let says = connection.out.len() > said;
        connection.speaker.refused(&mut self.abandoned);
        let close = self.settle(place, now);
        self.settle_refused();
        if let Err(fault) = fault {
            self.broken(place, Kind::Protocol, &fault);
            return false;
        }
        if close || self.connections[place as usize].speaker.is_spent() {
            self.closed_by_server(place, now);
            return false;
        }
        if says {
            self.flush(place);
        }
        self.list(place, now);
        true
    }

    /// Takes note of the answers that came; whether the connection ends with the last.
    #[inline]
    fn settle(&mut self, place: u32, now: u64) -> bool {
        let mut close = false;
        let mut answers = std::mem::take(&mut self.answers);
        for (request, answer) in answers.drain(..) {
            close |= answer.close;
            self.answered(request, answer, now);
            let connection = &mut self.connections[place as usize];
            (connection.answered, connection.failures) = (true, 0);
        }
        // Its room is kept for the next ones.
        self.answers = answers;
        close || self.per_request() && self.connections[place as usize].speaker.oldest().is_none()
    }

    /// Requests that the server would not answer, though the connection goes on.
    fn settle_refused(&mut self) {
        while let Some(request) = self.abandoned.pop() {
            self.tally.say(Kind::Read, &"the server reset the stream");
            self.fail(request, Kind::Read);
        }
    }

    #[inline]
    fn answered(&mut self, request: UnderWay, answer: Answer, now: u64) {
        self.in_flight -= 1;
        self.answers_seen += 1;
        let expect = &self.shared.requests[request.request as usize].expect;
        let wrong = match (answer.status_ok(expect), answer.body_ok) {
            (true, true) => None,
            (false, _) => Some(Kind::Status),
            (true, false) => Some(Kind::Body),
        };
        if request.counted
            && let Some(count) = self.tally.statuses.get_mut(answer.status as usize)
        {
            *count += 1;
        }
        match wrong {
            None => {
                self.recorder.completed(&request, now);
                if request.counted {
                    self.tally.completed += 1;
                    self.tally.last_answer = now;
                }
            }
            Some(kind) => {
                self.recorder.wrong(&request, now);
                if request.counted {
                    self.tally.failed += 1;
                    self.tally.count(kind);
                }
            }
        }
    }

    /// A request that has no answer and is given up.
    pub(super) fn fail(&mut self, request: UnderWay, kind: Kind) {
        self.in_flight -= 1;
        self.recorder.batch.failed += 1;
        if request.counted {
            self.tally.failed += 1;
            self.tally.count(kind);
        }
    }

    /// The server closed its side. That may be the end of an answer.
    fn ended(&mut self, place: u32, now: u64) {
        let connection = &mut self.connections[place as usize];
        connection.speaker.closed(&self.shared.requests, &mut self.answers);
        self.settle(place, now);
        self.closed_by_server(place, now);
    }

    /// The server will read nothing more: what is under way is lost, and the connection is made again.
    fn closed_by_server(&mut self, place: u32, _now: u64) {
        self.broken(place, Kind::Read, &"the server closed the connection before the whole answer");
    }

    /// A connection is of no use any more. Requests under way on it have failed.
    pub(super) fn broken(&mut self, place: u32, kind: Kind, error: &dyn std::fmt::Display) {
        let now = monotonic_ns();
        self.connections[place as usize].speaker.abandon(&mut self.abandoned);
        // A connection that closes while nothing is under way on it is no error; what is no HTTP always is.
        if !self.abandoned.is_empty() || kind == Kind::Protocol {
            self.tally.say(kind, error);
        }
        while let Some(request) = self.abandoned.pop() {
            self.fail(request, kind);
        }
        self.make_again(place, now);
    }

    /// Closes a connection and makes it again: at once if it was of use, else later.
    fn make_again(&mut self, place: u32, now: u64) {
        let answered = self.connections[place as usize].answered;
        self.shut(place);
        // Before the load begins every connection is tried once.
        if !answered || self.times.start == 0 {
            return self.back_off(place, now);
        }
        if self.per_request() {
            return self.list(place, now);
        }
        if now < self.shared.over(&self.times) {
            self.begin(place, now);
        }
    }

    /// The oldest request on a connection took too long. HTTP/2 takes it back alone; HTTP/1.1 cannot take one back, so the connection is closed;
    /// those behind it that are younger were lost with it.
    pub(super) fn time_out(&mut self, place: u32, now: u64, timeout: u64) {
        let connection = &mut self.connections[place as usize];
        let sent_by = now.saturating_sub(timeout);
        let goes_on = connection.speaker.expire(sent_by, &mut self.abandoned, &mut connection.out);
        if !goes_on {
            connection.speaker.abandon(&mut self.abandoned);
        }
        while let Some(request) = self.abandoned.pop() {
            let late = request.sent.saturating_add(timeout) <= now;
            self.fail(request, if late { Kind::Timeout } else { Kind::Read });
        }
        if goes_on {
            self.flush(place);
            return self.list(place, now);
        }
        self.make_again(place, now);
    }
}
