//! The imports of `kymo_socket`: sockets and polling as functions of the host, for core modules that are servers.
//!
//! `docs/src/worker-protocol.md` describes them. Nothing here blocks but `poll`; handles are the host's descriptors,
//! and only those that the guest was given are accepted back.

use super::readiness::{Asked, Readiness};
use kymo_serving::listen;
use kymo_worker::protocol::Failure;
use rustix::event::Timespec;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use wasmtime::{Caller, Linker, Memory};

/// The module that the functions are imported from.
pub const MODULE: &str = "kymo_socket";

/// Error numbers that come from here and not from the system; Linux has the same.
const BAD_HANDLE: i32 = -9;
const BAD_ADDRESS: i32 = -14;
const INVALID: i32 = -22;
const ADDRESS_IN_USE: i32 = -98;

/// The size of a guest's `pollfd`: the handle in four bytes, what is asked in two, what was found in two.
const POLLFD_BYTES: usize = 8;

/// Where in it what was found begins.
const FOUND: usize = 6;

/// A handle that does not exist, in what `poll` has found.
const POLLNVAL: i16 = 0x20;

/// The harness's wish that the server end; every clone is the same one.
#[derive(Clone)]
pub struct Stop(Arc<Wish>);

struct Wish {
    asked: AtomicBool,
    /// Readable once it is asked, so that a poll ends.
    reader: PipeReader,
    writer: PipeWriter,
}

impl Stop {
    pub fn new() -> io::Result<Self> {
        let (reader, writer) = io::pipe()?;
        Ok(Self(Arc::new(Wish { asked: AtomicBool::new(false), reader, writer })))
    }

    /// Asks.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::Release);
        // A pipe that nobody empties is readable from the first byte on.
        let _ = (&self.0.writer).write_all(&[1]);
    }

    /// Readable once it is asked.
    pub fn waker(&self) -> BorrowedFd<'_> {
        self.0.reader.as_fd()
    }

    fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::Acquire)
    }
}

enum Socket {
    Listener(TcpListener),
    Stream(TcpStream),
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Self::Listener(listener) => listener.as_fd(),
            Self::Stream(stream) => stream.as_fd(),
        }
    }
}

/// The sockets of one guest.
pub struct Sockets {
    address: String,
    /// The backlog that somebody has set, which goes before the guest's.
    backlog: Option<u32>,
    stop: Stop,
    /// Told once, when the guest listens.
    listening: Box<dyn Fn(SocketAddr) + Send>,
    has_listened: bool,
    /// By descriptor.
    open: Vec<Option<Socket>>,
    readiness: Readiness,
    /// Why the guest could not listen.
    pub problem: Option<Failure>,
}

impl Sockets {
    /// None yet.
    pub fn new(
        address: &str,
        backlog: Option<u32>,
        stop: Stop,
        readiness: Readiness,
        listening: impl Fn(SocketAddr) + Send + 'static,
    ) -> Self {
        let listening = Box::new(listening);
        Self {
            address: address.to_owned(),
            backlog,
            stop,
            listening,
            has_listened: false,
            open: Vec::new(),
            readiness,
            problem: None,
        }
    }

    fn listen(&mut self, backlog: i32) -> i32 {
        if self.has_listened {
            return ADDRESS_IN_USE;
        }
        let backlog = self.backlog.unwrap_or(u32::try_from(backlog).unwrap_or_default());
        let listener = match listen(&self.address, backlog) {
            Ok(listener) => listener,
            Err(failure) => {
                self.problem = Some(failure);
                return ADDRESS_IN_USE;
            }
        };
        if let Ok(address) = listener.local_addr() {
            (self.listening)(address);
        }
        self.has_listened = true;
        self.keep(Socket::Listener(listener))
    }

    fn accept(&mut self, handle: i32) -> i32 {
        let Some(Socket::Listener(listener)) = self.get(handle) else { return BAD_HANDLE };
        let accepted = listener.accept().and_then(|(stream, _)| {
            stream.set_nonblocking(true)?;
            // As every server that is measured here.
            stream.set_nodelay(true)?;
            Ok(stream)
        });
        match accepted {
            Ok(stream) => self.keep(Socket::Stream(stream)),
            Err(error) => number(&error),
        }
    }

    fn keep(&mut self, socket: Socket) -> i32 {
        let handle = socket.as_fd().as_raw_fd();
        let Ok(index) = usize::try_from(handle) else { return BAD_HANDLE };
        if index >= self.open.len() {
            self.open.resize_with(index + 1, || None);
        }
        self.open[index] = Some(socket);
        handle
    }

    fn get(&self, handle: i32) -> Option<&Socket> {
        self.open.get(usize::try_from(handle).ok()?)?.as_ref()
    }

    fn stream(&self, handle: i32) -> Option<&TcpStream> {
        match self.get(handle) {
            Some(Socket::Stream(stream)) => Some(stream),
            _ => None,
        }
    }

    fn close(&mut self, handle: i32) -> i32 {
        let place = usize::try_from(handle).ok().and_then(|index| self.open.get_mut(index));
        match place.and_then(Option::take) {
            Some(socket) => {
                let descriptor = socket.as_fd().as_raw_fd();
                drop(socket);
                self.readiness.closed(descriptor as usize);
                0
            }
            None => BAD_HANDLE,
        }
    }

    /// `list` is the guest's, of `pollfd`.
    fn poll(&mut self, list: &mut [u8], timeout_ms: i32) -> i32 {
        let Self { open, stop, readiness, .. } = self;
        let mut asked = Vec::with_capacity(list.len() / POLLFD_BYTES);
        // What the system is not asked: a negative handle is to be passed over, another unknown one is wrong.
        let mut wrong = 0;
        for (place, entry) in list.chunks_exact_mut(POLLFD_BYTES).enumerate() {
            let (handle, events) = fields(entry);
            entry[FOUND..].copy_from_slice(&0_i16.to_le_bytes());
            let Ok(handle) = usize::try_from(handle) else { continue };
            match open.get(handle).and_then(Option::as_ref) {
                Some(socket) => asked.push(Asked { place, handle, events: events as u16, socket: socket.as_fd() }),
                None => {
                    entry[FOUND..].copy_from_slice(&POLLNVAL.to_le_bytes());
                    wrong += 1;
                }
            }
        }
        let wait = match timeout_ms {
            _ if wrong > 0 => Some(0),
            forever if forever < 0 => None,
            some => Some(some),
        };
        let wait = wait.map(|ms| Timespec { tv_sec: i64::from(ms / 1000), tv_nsec: i64::from(ms % 1000) * 1_000_000 });
        let mut ready = wrong;
        let waited = readiness.wait(stop.waker(), &asked, wait.as_ref(), |place, found| {
            let at = place * POLLFD_BYTES;
            list[at + FOUND..at + POLLFD_BYTES].copy_from_slice(&found.to_le_bytes());
            ready += 1;
        });
        match waited {
            Ok(()) => ready,
            Err(error) => -error.raw_os_error(),
        }
    }
}

/// The handle and the events asked for, of a `pollfd` of eight bytes.
fn fields(entry: &[u8]) -> (i32, i16) {
    let handle = i32::from_le_bytes([entry[0], entry[1], entry[2], entry[3]]);
    (handle, i16::from_le_bytes([entry[4], entry[5]]))
}

/// The system's error number, negative.
fn number(error: &io::Error) -> i32 {
    -error.raw_os_error().unwrap_or(-BAD_HANDLE)
}

fn result(transferred: io::Result<usize>) -> i32 {
    match transferred {
        Ok(bytes) => i32::try_from(bytes).unwrap_or(i32::MAX),
        Err(error) => number(&error),
    }
}

/// What a guest with sockets has in its store.
pub trait HasSockets: 'static {
    /// Its sockets.
    fn sockets(&mut self) -> &mut Sockets;
    /// Its memory, once it is instantiated.
    fn memory(&self) -> Option<Memory>;
}

/// Defines the imports.
pub fn define<T: HasSockets>(linker: &mut Linker<T>) -> wasmtime::Result<()> {
    linker.func_wrap(MODULE, "listen", |mut caller: Caller<'_, T>, backlog: i32| {
        caller.data_mut().sockets().listen(backlog)
    })?;
    linker.func_wrap(MODULE, "accept", |mut caller: Caller<'_, T>, handle: i32| {
        caller.data_mut().sockets().accept(handle)
    })?;
    linker.func_wrap(MODULE, "close", |mut caller: Caller<'_, T>, handle: i32| {
        caller.data_mut().sockets().close(handle)
    })?;
    linker.func_wrap(MODULE, "recv", |mut caller: Caller<'_, T>, handle: i32, at: i32, length: i32| {
        with_bytes(&mut caller, at, length as u32 as usize, |sockets, bytes| match sockets.stream(handle) {
            Some(mut stream) => result(stream.read(bytes)),
            None => BAD_HANDLE,
        })
    })?;
    linker.func_wrap(MODULE, "send", |mut caller: Caller<'_, T>, handle: i32, at: i32, length: i32| {
        with_bytes(&mut caller, at, length as u32 as usize, |sockets, bytes| match sockets.stream(handle) {
            Some(mut stream) => result(stream.write(bytes)),
            None => BAD_HANDLE,
        })
    })?;
    linker.func_wrap(MODULE, "poll", |mut caller: Caller<'_, T>, at: i32, count: i32, timeout_ms: i32| {
        let Ok(count) = usize::try_from(count) else { return INVALID };
        with_bytes(&mut caller, at, count * POLLFD_BYTES, |sockets, bytes| sockets.poll(bytes, timeout_ms))
    })?;
    linker.func_wrap(MODULE, "stopping", |mut caller: Caller<'_, T>| {
        i32::from(caller.data_mut().sockets().stop.is_asked())
    })?;
    linker.func_wrap(MODULE, "now", || {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(i64::MAX))
    })?;
    Ok(())
}

/// Calls with a stretch of the guest's memory, if it has one there.
fn with_bytes<T: HasSockets>(
    caller: &mut Caller<'_, T>,
    at: i32,
    length: usize,
    work: impl FnOnce(&mut Sockets, &mut [u8]) -> i32,
) -> i32 {
    let Some(memory) = caller.data().memory() else { return BAD_ADDRESS };
    let (bytes, data) = memory.data_and_store_mut(caller);
    let at = at as u32 as usize;
    match at.checked_add(length).and_then(|end| bytes.get_mut(at..end)) {
        Some(bytes) => work(data.sockets(), bytes),
        None => BAD_ADDRESS,
    }
}
