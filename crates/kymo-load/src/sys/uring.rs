//! An io_uring: sends are queued, and one call into the kernel carries them all out and waits; what comes in lies ready in
//! buffers. Each connection has a receive that goes on and on (`multishot`), and one send under way at most.

use super::buffers::{Buffers, GROUP};
use io_uring::types::{CancelBuilder, Fd, SubmitArgs, Timespec};
use io_uring::{IoUring, cqueue, opcode, squeue};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};
use std::time::Duration;

/// Room for what is queued between two calls. What does not fit is handed over before.
const QUEUE: u32 = 1024;

/// Room for what the kernel has to say. What does not fit waits in the kernel.
const SAID: u32 = 8192;

/// Longest wait at a time: later times overflow in the kernel.
const WAIT_MAX: Duration = Duration::from_secs(3600);

/// Generations are counted modulo this: what is left beside a place and an operation.
const GENERATIONS: u32 = 1 << 30;

/// The place of the waker among those of connections.
const WAKER: u32 = u32::MAX;

/// A connection at a place, of which there can be many one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Which {
    pub place: u32,
    generation: u32,
}

impl Which {
    pub(crate) fn new(place: u32, generation: u32) -> Self {
        Self { place, generation: generation % GENERATIONS }
    }
}

/// What the kernel carried out.
#[derive(Debug)]
pub(crate) enum Done {
    /// The connect ended, well or not.
    Connected(Which),
    /// So many bytes came, and are in the buffer; none are the end. Where `goes_on` is false it must be asked for more.
    Received { which: Which, count: io::Result<usize>, goes_on: bool },
    /// A send ended: at this place there can be another one.
    Sent { which: Which, count: io::Result<usize> },
}

/// Operations, as they stand in the upper bits of a completion's own number.
const POLL: u64 = 0;
const RECEIVE: u64 = 1;
const SEND: u64 = 2;

/// The bytes of a place that the kernel sends.
#[derive(Default)]
struct Sending {
    bytes: Vec<u8>,
    /// Whether the kernel has them.
    busy: bool,
}

/// A ring, of the thread that made it.
pub(crate) struct Uring {
    ring: IoUring,
    buffers: Option<Buffers>,
    sends: Vec<Sending>,
    /// What the last wait found.
    done: Vec<cqueue::Entry>,
    /// Operations that the kernel has or will be handed.
    held: usize,
    /// The descriptor by which other threads wake this one.
    waker: Option<RawFd>,
}

impl Uring {
    /// A ring for so many places. The error says what the kernel lacks.
    pub(crate) fn new(places: usize) -> io::Result<Self> {
        let mut builder = IoUring::builder();
        // One thread asks, and completions come when it asks for them, not by interrupting it (Linux 6.1).
        builder.setup_single_issuer().setup_defer_taskrun().setup_cqsize(SAID).setup_clamp();
        let ring: IoUring = builder.build(QUEUE)?;
        let buffers = Buffers::new()?;
        let (list, count) = buffers.list();
        // SAFETY: a list of so many entries lies there, and stays: it is dropped after all operations have ended, or never.
        unsafe { ring.submitter().register_buf_ring_with_flags(list, count, GROUP, 0)? };
        let sends = (0..places).map(|_| Sending::default()).collect();
        Ok(Self { ring, buffers: Some(buffers), sends, done: Vec::new(), held: 0, waker: None })
    }

    /// Watches the descriptor by which other threads wake this one. It has to stay open as long as the ring is there.
    pub(crate) fn watch_waker(&mut self, fd: BorrowedFd<'_>) -> io::Result<()> {
        self.waker = Some(fd.as_raw_fd());
        self.watch_waker_again()
    }

    fn watch_waker_again(&mut self) -> io::Result<()> {
        let Some(waker) = self.waker else { return Ok(()) };
        let poll = opcode::PollAdd::new(Fd(waker), libc::POLLIN as u32).multi(true);
        self.push(poll.build().user_data(number(POLL, Which::new(WAKER, 0))))
    }

    /// Watches for the end of a connect.
    pub(crate) fn watch_connect(&mut self, fd: BorrowedFd<'_>, which: Which) -> io::Result<()> {
        let poll = opcode::PollAdd::new(Fd(fd.as_raw_fd()), libc::POLLOUT as u32);
        self.push(poll.build().user_data(number(POLL, which)))
    }

    /// Receives from a connection until it ends.
    pub(crate) fn receive(&mut self, fd: BorrowedFd<'_>, which: Which) -> io::Result<()> {
        let receive = opcode::RecvMulti::new(Fd(fd.as_raw_fd()), GROUP);
        self.push(receive.build().user_data(number(RECEIVE, which)))
    }

    /// Queues all of `out` to be sent, and leaves other bytes' room in its place. Where a send is under way at the place,
    /// nothing happens: it is to be tried again when that ended.
    pub(crate) fn send(&mut self, fd: BorrowedFd<'_>, which: Which, out: &mut Vec<u8>) -> io::Result<()> {
        let sending = &mut self.sends[which.place as usize];
        if sending.busy || out.is_empty() {
            return Ok(());
        }
        sending.bytes.clear();
        std::mem::swap(&mut sending.bytes, out);
        sending.busy = true;
        let (bytes, length) = (sending.bytes.as_ptr(), sending.bytes.len() as u32);
        // All or an error: what the socket has no room for waits in the kernel.
        let flags = libc::MSG_NOSIGNAL | libc::MSG_WAITALL;
        let send = opcode::Send::new(Fd(fd.as_raw_fd()), bytes, length).flags(flags);
        self.push(send.build().user_data(number(SEND, which)))
    }

    /// Operations that are queued and not handed over.
    pub(crate) fn queued(&mut self) -> usize {
        self.ring.submission().len()
    }

    /// Hands over what is queued. To be done before a descriptor is closed that is queued for, as its number may be another's
    /// afterwards.
    pub(crate) fn submit(&mut self) -> io::Result<()> {
        self.ring.submit().map(drop)
    }

    fn push(&mut self, entry: squeue::Entry) -> io::Result<()> {
        // SAFETY: all entries are made in this file. A send's bytes belong to its place, where they are left alone until the
        // completion came, as are the buffers of receives; both are dropped after all operations have ended, or never.
        while unsafe { self.ring.submission().push(&entry) }.is_err() {
            self.submit()?;
        }
        self.held += 1;
        Ok(())
    }

    /// Hands over what is queued and waits until something is done, for so many nanoseconds at most; how much is done. A
    /// signal ends the wait.
    pub(crate) fn wait(&mut self, timeout_ns: u64) -> io::Result<usize> {
        let result = if timeout_ns == 0 {
            let (queued, look) = (self.queued() as u32, io_uring::EnterFlags::GETEVENTS.bits());
            // SAFETY: the call is given no pointer, and the number of entries that are queued.
            unsafe { self.ring.submitter().enter::<libc::sigset_t>(queued, 0, look, None) }
        } else {
            let timeout = Timespec::from(Duration::from_nanos(timeout_ns).min(WAIT_MAX));
            self.ring.submitter().submit_with_args(1, &SubmitArgs::new().timespec(&timeout))
        };
        match result.map_err(|error| (error.raw_os_error(), error)) {
            Ok(_) | Err((Some(libc::ETIME | libc::EINTR | libc::EBUSY | libc::EAGAIN), _)) => {}
            Err((_, error)) => return Err(error),
        }
        self.done.clear();
        self.done.extend(self.ring.completion());
        self.held -= self.done.iter().filter(|entry| !cqueue::more(entry.flags())).count();
        Ok(self.done.len())
    }

    /// Something that the last wait found, each once and in order; `None` where another thread woke this one. Bytes that came
    /// are put into `buffer`.
    pub(crate) fn done(&mut self, index: usize, buffer: &mut [u8]) -> Option<Done> {
        let entry = &self.done[index];
        let (flags, result, number) = (entry.flags(), entry.result(), entry.user_data());
        let which = Which { place: number as u32, generation: (number >> 32) as u32 % GENERATIONS };
        let mut count = if result < 0 { Err(io::Error::from_raw_os_error(-result)) } else { Ok(result as usize) };
        match number >> 62 {
            SEND => {
                self.sends[which.place as usize].busy = false;
                Some(Done::Sent { which, count })
            }
            RECEIVE => {
                if let (Some(number), Some(buffers)) = (cqueue::buffer_select(flags), &mut self.buffers) {
                    count = count.map(|count| buffers.take(number, count, buffer));
                }
                Some(Done::Received { which, count, goes_on: cqueue::more(flags) })
            }
            _ if which.place == WAKER => {
                // The kernel ends a watch where it had no room to say something. What fails here fails again at the next wait.
                if !cqueue::more(flags) {
                    let _ = self.watch_waker_again();
                }
                None
            }
            _ => Some(Done::Connected(which)),
        }
    }
}

fn number(operation: u64, which: Which) -> u64 {
    operation << 62 | u64::from(which.generation) << 32 | u64::from(which.place)
}

impl Drop for Uring {
    /// Ends all operations, for the kernel works in memory that is about to go.
    fn drop(&mut self) {
        let _ = self.submit();
        let _ = self.ring.submitter().register_sync_cancel(Some(Timespec::new().sec(1)), CancelBuilder::any());
        for _ in 0..1000 {
            if self.held == 0 || self.wait(1_000_000).is_err() {
                break;
            }
        }
        if self.held > 0 {
            // Memory that is lost is better than memory that changes under its next owner.
            std::mem::forget(self.buffers.take());
            std::mem::forget(std::mem::take(&mut self.sends));
        }
    }
}
