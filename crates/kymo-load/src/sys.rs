//! The calls into the C library and the kernel, each behind a safe function.

mod buffers;
mod uring;

pub(crate) use uring::{Done, Uring, Which};

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

/// What a descriptor is ready for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Readiness(u32);

impl Readiness {
    /// It can be written to.
    pub(crate) const WRITABLE: Self = Self(libc::EPOLLOUT as u32);

    /// There is something to read: bytes, an end or an error.
    pub(crate) fn readable(self) -> bool {
        self.0 & (libc::EPOLLIN | libc::EPOLLHUP | libc::EPOLLERR | libc::EPOLLRDHUP) as u32 != 0
    }

    /// It can be written to, or never again.
    pub(crate) fn writable(self) -> bool {
        self.0 & (libc::EPOLLOUT | libc::EPOLLHUP | libc::EPOLLERR) as u32 != 0
    }
}

/// Room for the events of one wait.
const EVENTS_MAX: usize = 256;

/// An epoll instance, with time-outs in nanoseconds.
pub(crate) struct Epoll {
    fd: OwnedFd,
    events: Vec<libc::epoll_event>,
    /// Whether the kernel lacks `epoll_pwait2` (before 5.11).
    old: AtomicBool,
}

impl Epoll {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes a number and returns one.
        let fd = checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })?;
        // SAFETY: the descriptor is new, open and owned by nobody else.
        let fd = unsafe { OwnedFd::from_raw_fd(fd) };
        Ok(Self { fd, events: vec![libc::epoll_event { events: 0, u64: 0 }; EVENTS_MAX], old: AtomicBool::new(false) })
    }

    /// Watches a descriptor for reading, and for writing where asked; `token` comes back with its events.
    pub(crate) fn add(&self, fd: BorrowedFd<'_>, token: u64, write: bool) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, fd, token, write)
    }

    /// Changes whether a watched descriptor is watched for writing.
    pub(crate) fn modify(&self, fd: BorrowedFd<'_>, token: u64, write: bool) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, fd, token, write)
    }

    fn control(&self, operation: i32, fd: BorrowedFd<'_>, token: u64, write: bool) -> io::Result<()> {
        let write = if write { libc::EPOLLOUT } else { 0 };
        let mut event = libc::epoll_event { events: (libc::EPOLLIN | libc::EPOLLRDHUP | write) as u32, u64: token };
        // SAFETY: both descriptors are open, `event` is a live epoll_event, and the call keeps no pointer to it.
        checked(unsafe { libc::epoll_ctl(self.fd.as_raw_fd(), operation, fd.as_raw_fd(), &mut event) })?;
        Ok(())
    }

    /// Waits for events, for so many nanoseconds at most; how many there are. A signal ends the wait without any.
    pub(crate) fn wait(&mut self, timeout_ns: u64) -> io::Result<usize> {
        let timeout = libc::timespec {
            tv_sec: (timeout_ns / 1_000_000_000) as libc::time_t,
            tv_nsec: (timeout_ns % 1_000_000_000) as libc::c_long,
        };
        let result = if timeout_ns == 0 {
            self.poll()
        } else if self.old.load(Ordering::Relaxed) {
            self.wait_old(&timeout)
        } else {
            self.wait_new(&timeout)
        };
        match result {
            Ok(count) => Ok(count),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(0),
            Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => {
                self.old.store(true, Ordering::Relaxed);
                Ok(0)
            }
            Err(error) => Err(error),
        }
    }

    fn wait_new(&mut self, timeout: &libc::timespec) -> io::Result<usize> {
        let (epoll, events) = (self.fd.as_raw_fd(), self.events.as_mut_ptr());
        let none = std::ptr::null::<libc::sigset_t>();
        // SAFETY: `events` has room for EVENTS_MAX events, `timeout` is live, no signal mask is given, and the call keeps
        // no pointer.
        let count = unsafe {
            libc::syscall(libc::SYS_epoll_pwait2, epoll, events, EVENTS_MAX, std::ptr::from_ref(timeout), none, 0_usize)
        };
        checked(count as i32).map(|count| count as usize)
    }

    /// `ppoll` waits to the nanosecond, too, and an epoll instance can be polled itself.
    fn wait_old(&mut self, timeout: &libc::timespec) -> io::Result<usize> {
        let mut own = libc::pollfd { fd: self.fd.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: `own` is one live pollfd, `timeout` is live, no signal mask is given, and the call keeps no pointer.
        checked(unsafe { libc::ppoll(&mut own, 1, timeout, std::ptr::null()) })?;
        self.poll()
    }

    fn poll(&mut self) -> io::Result<usize> {
        let (epoll, events) = (self.fd.as_raw_fd(), self.events.as_mut_ptr());
        // SAFETY: `events` has room for EVENTS_MAX events, and the call keeps no pointer to it.
        let count = unsafe { libc::epoll_wait(epoll, events, EVENTS_MAX as i32, 0) };
        checked(count).map(|count| count as usize)
    }

    /// An event of the last wait: its token, and what for.
    pub(crate) fn event(&self, index: usize) -> (u64, Readiness) {
        let event = self.events[index];
        (event.u64, Readiness(event.events))
    }
}

fn checked(result: i32) -> io::Result<i32> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

/// Wakes a thread that waits, from another one.
pub(crate) struct Waker(OwnedFd);

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: the call takes two numbers and returns one.
        let fd = checked(unsafe { libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK) })?;
        // SAFETY: the descriptor is new, open and owned by nobody else.
        Ok(Self(unsafe { OwnedFd::from_raw_fd(fd) }))
    }

    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(&self.0)
    }

    /// Wakes it. A counter that is full has woken it already.
    pub(crate) fn wake(&self) {
        let one = 1_u64.to_ne_bytes();
        // SAFETY: `one` is eight live bytes, and the call keeps no pointer to them.
        unsafe { libc::write(self.0.as_raw_fd(), one.as_ptr().cast(), one.len()) };
    }

    /// Takes note: from now on it can be woken again.
    pub(crate) fn clear(&self) {
        let mut count = [0_u8; 8];
        // SAFETY: `count` is eight writable bytes, and the call keeps no pointer to them.
        unsafe { libc::read(self.0.as_raw_fd(), count.as_mut_ptr().cast(), count.len()) };
    }
}

/// Keeps the calling thread to one logical processor.
pub(crate) fn pin(cpu: u32) -> io::Result<()> {
    if cpu as usize >= libc::CPU_SETSIZE as usize {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    // SAFETY: a cpu_set_t is an array of integers, so zeros are a valid one.
    let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
    // SAFETY: the index is below CPU_SETSIZE, and `set` is live.
    unsafe { libc::CPU_SET(cpu as usize, &mut set) };
    // SAFETY: `set` is live and of the size given, and the call keeps no pointer to it.
    checked(unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &set) })?;
    Ok(())
}

/// Takes the slack off the calling thread's timers: by default the kernel may let them be 50 µs late.
pub(crate) fn sharpen_timers() {
    // SAFETY: the call takes numbers; it fails only where the kernel knows no slack, and then there is none.
    unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1 as libc::c_ulong, 0, 0, 0) };
}

/// Processor time of the calling thread: all of it, and its part in user space, in nanoseconds.
pub(crate) fn thread_times() -> (u64, u64) {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a live, writable timespec, and the call keeps no pointer to it.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    // SAFETY: an rusage is made of integers, so zeros are a valid one.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: `usage` is a live, writable rusage, and the call keeps no pointer to it.
    unsafe { libc::getrusage(libc::RUSAGE_THREAD, &mut usage) };
    let user = usage.ru_utime.tv_sec as u64 * 1_000_000_000 + usage.ru_utime.tv_usec as u64 * 1000;
    (time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64, user)
}

/// Lets so many files be open. Where the hard limit is lower, that is the error.
pub(crate) fn allow_files(needed: u64) -> Result<(), u64> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a live, writable rlimit, and the call keeps no pointer to it.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } != 0 || limit.rlim_cur >= needed {
        return Ok(());
    }
    if limit.rlim_max < needed {
        return Err(limit.rlim_max);
    }
    limit.rlim_cur = needed;
    // SAFETY: `limit` is a live rlimit, and the call keeps no pointer to it.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } == 0 { Ok(()) } else { Err(limit.rlim_max) }
}

/// Lets the kernel choose the port at the connect instead of the bind: one port then serves many destinations.
pub(crate) fn choose_port_late(socket: BorrowedFd<'_>) -> io::Result<()> {
    let on: libc::c_int = 1;
    let size = size_of::<libc::c_int>() as libc::socklen_t;
    let value = std::ptr::from_ref(&on).cast();
    let option = libc::IP_BIND_ADDRESS_NO_PORT;
    // SAFETY: `value` points to a live integer of the size given, and the call keeps no pointer to it.
    checked(unsafe { libc::setsockopt(socket.as_raw_fd(), libc::IPPROTO_IP, option, value, size) })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    #[test]
    fn a_wait_ends_when_woken_and_when_its_time_is_over_with_both_calls() {
        let mut epoll = Epoll::new().unwrap();
        let waker = Waker::new().unwrap();
        epoll.add(waker.fd(), 7, false).unwrap();
        for old in [false, true] {
            epoll.old.store(old, Ordering::Relaxed);
            let start = Instant::now();
            assert_eq!(epoll.wait(2_000_000).unwrap(), 0);
            assert!(start.elapsed().as_micros() >= 2000);
            waker.wake();
            assert_eq!(epoll.wait(u64::MAX / 2).unwrap(), 1);
            assert_eq!(epoll.event(0).0, 7);
            assert!(epoll.event(0).1.readable());
            waker.clear();
            assert_eq!(epoll.wait(0).unwrap(), 0);
        }
    }

    #[test]
    fn processor_time_grows_with_work() {
        let before = thread_times();
        let start = Instant::now();
        while thread_times().0 - before.0 < 2_000_000 {
            assert!(start.elapsed().as_secs() < 60, "no processor time in a minute");
        }
        assert!(thread_times().1 >= before.1);
    }
}
