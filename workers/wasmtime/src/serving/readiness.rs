//! How it is found out which of a guest's sockets are ready: poll(2) looks at all of them on every call, epoll(7) is told
//! once and then tells only of those that are.
//!
//! The guest calls the same `poll` either way and sees the same. With a thousand connections of which few are ready at a
//! time, poll(2) costs more than everything else that a server does, and hides what differs between two servers.

use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io;
use std::os::fd::{BorrowedFd, OwnedFd};

/// The setting's name, and what it takes.
pub const SETTING: &str = "socket-poll";
pub const POLL: &str = "poll";
pub const EPOLL: &str = "epoll";

/// What marks the event that ends a wait, among handles.
const WAKER: u64 = u64::MAX;

/// A socket that is asked for: its place among all that are, its handle, and the events.
pub struct Asked<'a> {
    pub place: usize,
    pub handle: usize,
    pub events: u16,
    pub socket: BorrowedFd<'a>,
}

/// One of the two.
pub enum Readiness {
    Poll,
    Epoll(Interests),
}

impl Readiness {
    /// What the setting says. `waker` is readable once a wait is to end.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new(setting: &str, waker: BorrowedFd<'_>) -> io::Result<Self> {
        Ok(if setting == EPOLL { Self::Epoll(Interests::new(waker)?) } else { Self::Poll })
    }

    /// Waits until one is ready, or the waker is; `found` is called with the place of each that is, and its events.
    ///
    /// # Errors
    /// Those of the system.
    pub fn wait(
        &mut self,
        waker: BorrowedFd<'_>,
        asked: &[Asked<'_>],
        timeout: Option<&Timespec>,
        found: impl FnMut(usize, u16),
    ) -> Result<(), Errno> {
        match self {
            Self::Poll => by_poll(waker, asked, timeout, found),
            Self::Epoll(interests) => match interests.set(waker, asked)? {
                true => interests.wait(timeout, found),
                // A list that names a socket twice, which an interest cannot.
                false => by_poll(waker, asked, timeout, found),
            },
        }
    }

    /// A handle was closed; the system has forgotten it, and another socket may get its number.
    pub fn closed(&mut self, handle: usize) {
        if let Self::Epoll(interests) = self {
            interests.forget(handle);
        }
    }
}

fn by_poll(
    waker: BorrowedFd<'_>,
    asked: &[Asked<'_>],
    timeout: Option<&Timespec>,
    mut found: impl FnMut(usize, u16),
) -> Result<(), Errno> {
    let mut polled = Vec::with_capacity(asked.len() + 1);
    polled.push(PollFd::from_borrowed_fd(waker, PollFlags::IN));
    let wanted = asked.iter().map(|one| PollFd::from_borrowed_fd(one.socket, PollFlags::from_bits_retain(one.events)));
    polled.extend(wanted);
    poll(&mut polled, timeout)?;
    for (one, polled) in asked.iter().zip(&polled[1..]) {
        if !polled.revents().is_empty() {
            found(one.place, polled.revents().bits());
        }
    }
    Ok(())
}

/// What epoll was told. Its bits are those of poll(2).
pub struct Interests {
    epoll: OwnedFd,
    /// By handle.
    told: Vec<Option<Told>>,
    /// How many there are in `told`.
    count: usize,
    /// The number of the call, which marks what it asked for.
    call: u64,
}

#[derive(Clone, Copy)]
struct Told {
    events: u16,
    place: usize,
    call: u64,
}

impl Interests {
    fn new(waker: BorrowedFd<'_>) -> Result<Self, Errno> {
        let epoll = epoll::create(CreateFlags::CLOEXEC)?;
        epoll::add(&epoll, waker, EventData::new_u64(WAKER), EventFlags::IN)?;
        Ok(Self { epoll, told: Vec::new(), count: 0, call: 0 })
    }

    fn forget(&mut self, handle: usize) {
        if self.told.get_mut(handle).and_then(Option::take).is_some() {
            self.count -= 1;
        }
    }

    /// Tells epoll what changed since the last call; false for a list that names a socket twice.
    fn set(&mut self, waker: BorrowedFd<'_>, asked: &[Asked<'_>]) -> Result<bool, Errno> {
        if !self.tell(asked)? {
            return Ok(false);
        }
        if self.count > asked.len() {
            // An open socket that is asked for no more: servers do that seldom, and to begin anew is the whole of it.
            *self = Self::new(waker)?;
            return self.tell(asked);
        }
        Ok(true)
    }

    fn tell(&mut self, asked: &[Asked<'_>]) -> Result<bool, Errno> {
        self.call += 1;
        for one in asked {
            if one.handle >= self.told.len() {
                self.told.resize(one.handle + 1, None);
            }
            let (data, flags) =
                (EventData::new_u64(one.handle as u64), EventFlags::from_bits_retain(one.events.into()));
            match &self.told[one.handle] {
                Some(told) if told.call == self.call => return Ok(false),
                Some(told) if told.events == one.events => {}
                Some(_) => epoll::modify(&self.epoll, one.socket, data, flags)?,
                None => {
                    epoll::add(&self.epoll, one.socket, data, flags)?;
                    self.count += 1;
                }
            }
            self.told[one.handle] = Some(Told { events: one.events, place: one.place, call: self.call });
        }
        Ok(true)
    }

    fn wait(&self, timeout: Option<&Timespec>, mut found: impl FnMut(usize, u16)) -> Result<(), Errno> {
        let mut events = Vec::with_capacity(self.count + 1);
        epoll::wait(&self.epoll, rustix::buffer::spare_capacity(&mut events), timeout)?;
        for Event { data, flags, .. } in events {
            // The waker's is no handle.
            let told = usize::try_from(data.u64()).ok().and_then(|handle| self.told.get(handle).copied().flatten());
            if let Some(told) = told {
                found(told.place, flags.bits() as u16);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::{AsFd, AsRawFd};
    use std::os::unix::net::UnixStream;

    const IN: u16 = 1;
    const OUT: u16 = 4;
    const HANG_UP: u16 = 16;

    fn waited(readiness: &mut Readiness, waker: &UnixStream, asked: &[(&UnixStream, u16)]) -> Vec<(usize, u16)> {
        let asked = asked.iter().enumerate().map(|(place, (socket, events))| Asked {
            place: place * 10,
            handle: socket.as_raw_fd() as usize,
            events: *events,
            socket: socket.as_fd(),
        });
        let asked: Vec<Asked<'_>> = asked.collect();
        let mut all = Vec::new();
        let now = Timespec { tv_sec: 0, tv_nsec: 0 };
        readiness.wait(waker.as_fd(), &asked, Some(&now), |place, events| all.push((place, events))).unwrap();
        all.sort_unstable();
        all
    }

    #[test]
    fn both_find_the_same_whatever_is_asked_in_whatever_order() {
        for setting in [POLL, EPOLL] {
            let (mut wake, waker) = UnixStream::pair().unwrap();
            let (a, mut to_a) = UnixStream::pair().unwrap();
            let (b, to_b) = UnixStream::pair().unwrap();
            let mut readiness = Readiness::new(setting, waker.as_fd()).unwrap();
            let mut wait = |asked: &[(&UnixStream, u16)]| waited(&mut readiness, &waker, asked);
            assert_eq!(wait(&[(&a, IN), (&b, IN)]), [], "{setting}");
            to_a.write_all(b"x").unwrap();
            assert_eq!(wait(&[(&a, IN), (&b, IN)]), [(0, IN)], "{setting}");
            // It stays ready until it is read, in another place and with other events.
            assert_eq!(wait(&[(&b, IN | OUT), (&a, IN)]), [(0, OUT), (10, IN)], "{setting}");
            assert_eq!(wait(&[(&b, 0), (&a, 0)]), [], "{setting}");
            assert_eq!(wait(&[(&b, IN)]), [], "{setting}: what is left out is not told of");
            assert_eq!(wait(&[(&a, IN), (&a, OUT)]), [(0, IN), (10, OUT)], "{setting}: twice in a list");
            drop(to_b);
            assert_eq!(wait(&[(&b, 0), (&a, IN)]), [(0, HANG_UP), (10, IN)], "{setting}: hang-ups come unasked");
            wake.write_all(b"x").unwrap();
            assert_eq!(wait(&[(&b, 0)]), [(0, HANG_UP)], "{setting}: the waker is nobody's place");
        }
    }

    #[test]
    fn a_socket_that_takes_the_number_of_a_closed_one_is_asked_for_anew() {
        let (_wake, waker) = UnixStream::pair().unwrap();
        let mut readiness = Readiness::new(EPOLL, waker.as_fd()).unwrap();
        for _ in 0..3 {
            let (a, mut to_a) = UnixStream::pair().unwrap();
            assert_eq!(waited(&mut readiness, &waker, &[(&a, IN)]), []);
            to_a.write_all(b"x").unwrap();
            assert_eq!(waited(&mut readiness, &waker, &[(&a, IN)]), [(0, IN)]);
            let handle = a.as_raw_fd() as usize;
            drop(a);
            readiness.closed(handle);
        }
    }
}
