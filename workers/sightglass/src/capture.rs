//! What a library writes on standard error while it is called: the text of its errors. A leaf module.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};

/// How much of a text is kept, from its end, in bytes.
const KEPT_BYTES: usize = 4000;

const NONE: i32 = -1;

/// The file that holds standard error during a call, and the stream that it was before, for a process that aborts.
static TEXT: AtomicI32 = AtomicI32::new(NONE);
static OWN: AtomicI32 = AtomicI32::new(NONE);

/// Holds what is written on standard error during a call.
pub struct Capture {
    file: File,
    own: OwnedFd,
}

impl Capture {
    /// A capture by way of a file at `path`, which is removed at once.
    ///
    /// # Errors
    /// Those of the system.
    pub fn new(path: &Path) -> io::Result<Self> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        std::fs::remove_file(path)?;
        let own = io::stderr().as_fd().try_clone_to_owned()?;
        tell_before_abort()?;
        Ok(Self { file, own })
    }

    /// Calls, and gives what was written meanwhile.
    ///
    /// # Errors
    /// Those of the system.
    pub fn during<T>(&mut self, call: impl FnOnce() -> T) -> io::Result<(T, String)> {
        self.file.set_len(0)?;
        redirect(self.file.as_fd())?;
        OWN.store(self.own.as_raw_fd(), Ordering::Release);
        TEXT.store(self.file.as_raw_fd(), Ordering::Release);
        let result = call();
        TEXT.store(NONE, Ordering::Release);
        redirect(self.own.as_fd())?;
        let mut text = Vec::new();
        self.file.rewind()?;
        self.file.read_to_end(&mut text)?;
        let kept = &text[text.len().saturating_sub(KEPT_BYTES)..];
        Ok((result, String::from_utf8_lossy(kept).trim().to_owned()))
    }
}

/// Makes standard error another name of an open file. C's own streams are unbuffered there, so nothing is left behind.
fn redirect(file: BorrowedFd) -> io::Result<()> {
    // SAFETY: dup2 takes two numbers and touches no memory; the file stays its owner's.
    match unsafe { libc::dup2(file.as_raw_fd(), libc::STDERR_FILENO) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// A library that aborts has said why (a panic, an assertion): that is passed on before it dies of the same signal.
fn tell_before_abort() -> io::Result<()> {
    // SAFETY: an all-zero sigaction is a valid value of that plain C struct; the handler calls only functions that a
    // handler may call, and is in place of the default one for its first signal alone.
    let result = unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = pass_on as *const () as libc::sighandler_t;
        action.sa_flags = libc::SA_RESETHAND | libc::SA_NODEFER;
        libc::sigaction(libc::SIGABRT, &raw const action, std::ptr::null_mut())
    };
    if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

extern "C" fn pass_on(signal: libc::c_int) {
    let (text, own) = (TEXT.load(Ordering::Acquire), OWN.load(Ordering::Acquire));
    let mut part = [0_u8; 512];
    let mut offset = 0;
    loop {
        // Outside a call there is no text, and the reading fails at once.
        // SAFETY: the buffer is writable for its whole length, and readable for the length that was read.
        let read = unsafe { libc::pread(text, part.as_mut_ptr().cast(), part.len(), offset) };
        let Ok(length @ 1..) = usize::try_from(read) else { break };
        // SAFETY: as above; a stream that is gone makes the call fail.
        unsafe { libc::write(own, part.as_ptr().cast(), length.min(part.len())) };
        offset += read as libc::off_t;
    }
    // SAFETY: raise takes a number; the handler is the default one again.
    unsafe { libc::raise(signal) };
}
