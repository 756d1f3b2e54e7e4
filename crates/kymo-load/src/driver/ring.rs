//! What is different where an io_uring reads and writes.

use super::Driver;
use crate::connection::State;
use crate::poller::Poller;
use crate::sys::{Done, Readiness, Which};
use crate::tally::Kind;
use std::io;

/// Sends that are handed over together at most. The more, the fewer calls, and the later the first of them leaves after it
/// was noted as sent: an answer takes about a microsecond to be dealt with.
pub(super) const TOGETHER_MAX: usize = 16;

impl Driver<'_> {
    fn which(&self, place: u32) -> Which {
        Which::new(place, self.connections[place as usize].generation)
    }

    /// The kernel carried something out.
    #[inline]
    pub(super) fn done(&mut self, done: Done) {
        match done {
            Done::Connected(which) => {
                if self.which(which.place) == which {
                    self.ready(which.place, Readiness::WRITABLE);
                }
            }
            Done::Received { which, count, goes_on } => {
                if self.which(which.place) == which && self.connections[which.place as usize].state == State::Open {
                    self.received(which.place, count, goes_on);
                }
            }
            Done::Sent { which, count } => self.sent(which, count),
        }
    }

    fn received(&mut self, place: u32, count: io::Result<usize>, goes_on: bool) {
        match count {
            Ok(count) => {
                self.moved.0 += count as u64;
                if !self.take_in(place, count) {
                    return;
                }
            }
            // No buffer was free; those before this one are by now.
            Err(error) if error.raw_os_error() == Some(libc::ENOBUFS) => {}
            Err(error) => return self.broken(place, Kind::Read, &error),
        }
        if !goes_on {
            self.begin_to_receive(place);
        }
    }

    /// Lets the kernel receive for a connection. Nothing to do where there is no ring.
    pub(super) fn begin_to_receive(&mut self, place: u32) {
        let which = self.which(place);
        let (Poller::Uring(ring), Some(transport)) = (&mut self.poller, &self.connections[place as usize].transport)
        else {
            return;
        };
        if let Err(error) = ring.receive(transport.fd(), which) {
            self.broken(place, Kind::Read, &error);
        }
    }

    /// Queues what there is to send on a connection.
    #[inline]
    pub(super) fn queue(&mut self, place: u32) {
        let which = self.which(place);
        let connection = &mut self.connections[place as usize];
        let (Poller::Uring(ring), Some(transport)) = (&mut self.poller, &connection.transport) else { return };
        if let Err(error) = ring.send(transport.fd(), which, &mut connection.out) {
            self.broken(place, Kind::Write, &error);
        }
    }

    fn sent(&mut self, which: Which, count: io::Result<usize>) {
        // The place may be another connection's by now, whose bytes waited for this.
        let place = which.place;
        let current = self.which(place) == which;
        if let Ok(count) = count {
            self.moved.1 += count as u64;
        }
        if self.connections[place as usize].state != State::Open {
            return;
        }
        match count {
            Err(error) if current => self.broken(place, Kind::Write, &error),
            _ => self.queue(place),
        }
    }

    /// Hands over what is queued if it is so much at least; whether there is a ring at all.
    #[inline]
    pub(super) fn hand_over(&mut self, least: usize) -> io::Result<bool> {
        let Poller::Uring(ring) = &mut self.poller else { return Ok(false) };
        if ring.queued() >= least {
            ring.submit()?;
        }
        Ok(true)
    }
}
