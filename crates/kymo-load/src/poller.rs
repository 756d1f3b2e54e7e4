//! How a thread hears of its connections: by epoll, or by an io_uring, which reads and writes for it, too.

use crate::error::LoadError;
use crate::spec::{Io, LoadSpec};
use crate::sys::{Done, Epoll, Readiness, Uring, Waker};
use std::io;

/// The token of the waker among those of connections.
const WAKER: u64 = u64::MAX;

pub(crate) enum Poller {
    Epoll(Epoll),
    Uring(Box<Uring>),
}

/// Something that happened.
pub(crate) enum Event {
    /// Another thread woke this one.
    Woken,
    /// A connection can be read from or written to.
    Ready(u32, Readiness),
    /// The kernel carried something out.
    Done(Done),
}

impl Poller {
    /// For a thread with so many places for connections, to be made on the thread itself.
    pub(crate) fn new(spec: &LoadSpec, places: usize, waker: &Waker) -> Result<Self, LoadError> {
        match spec.io {
            Io::Epoll => {
                let epoll = Epoll::new().and_then(|epoll| epoll.add(waker.fd(), WAKER, false).map(|()| epoll));
                Ok(Self::Epoll(epoll.map_err(LoadError::system("epoll"))?))
            }
            Io::Uring => {
                let ring = Uring::new(places).and_then(|mut ring| ring.watch_waker(waker.fd()).map(|()| ring));
                Ok(Self::Uring(Box::new(ring.map_err(refused)?)))
            }
        }
    }

    /// Waits until something happens, for so many nanoseconds at most; how much happened.
    #[inline]
    pub(crate) fn wait(&mut self, timeout_ns: u64) -> io::Result<usize> {
        match self {
            Self::Epoll(epoll) => epoll.wait(timeout_ns),
            Self::Uring(ring) => ring.wait(timeout_ns),
        }
    }

    /// Something that the last wait found, each to be asked for once and in order. Where bytes came with it they are put into
    /// `buffer`.
    #[inline]
    pub(crate) fn event(&mut self, index: usize, buffer: &mut [u8]) -> Event {
        match self {
            Self::Epoll(epoll) => match epoll.event(index) {
                (WAKER, _) => Event::Woken,
                (token, ready) => Event::Ready(token as u32, ready),
            },
            Self::Uring(ring) => ring.done(index, buffer).map_or(Event::Woken, Event::Done),
        }
    }
}

/// What to say where the kernel makes no ring.
fn refused(error: io::Error) -> LoadError {
    let why = match error.raw_os_error() {
        Some(libc::ENOSYS) => "this kernel has none, or a filter of system calls hides it",
        Some(libc::EPERM) => "it is forbidden here (kernel.io_uring_disabled, or a filter of system calls)",
        Some(libc::EINVAL) => "it needs Linux 6.1",
        Some(libc::ENOMEM) => "too little memory may be locked (ulimit -l)",
        _ => "the kernel gives none",
    };
    LoadError::Unsupported(format!("io_uring cannot be used: {why} ({error}); leave --io at epoll"))
}
