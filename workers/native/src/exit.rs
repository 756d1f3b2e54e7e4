//! A twin that calls `exit` ends the worker with it. That cannot be undone, but it can be told. A leaf module.

use std::os::fd::{AsRawFd, BorrowedFd};
use std::sync::atomic::{AtomicI32, Ordering};

const NOWHERE: i32 = -1;

/// The stream for the message while the program runs.
static TOLD_TO: AtomicI32 = AtomicI32::new(NOWHERE);

const MESSAGE: &[u8] = b"the native twin called exit: native_entry is to return\n";

/// Has exits told of from now on, once a program runs.
pub fn watch() {
    // SAFETY: the function lives as long as the program, and does only what an exiting process may.
    unsafe {
        libc::atexit(tell);
    }
}

/// Runs `program`, whose exits are told of on a stream.
pub fn told<T>(stream: BorrowedFd, program: impl FnOnce() -> T) -> T {
    TOLD_TO.store(stream.as_raw_fd(), Ordering::Release);
    let result = program();
    TOLD_TO.store(NOWHERE, Ordering::Release);
    result
}

extern "C" fn tell() {
    let stream = TOLD_TO.load(Ordering::Acquire);
    if stream != NOWHERE {
        // SAFETY: the bytes are readable for the whole length; a stream that is gone makes the call fail.
        unsafe {
            libc::write(stream, MESSAGE.as_ptr().cast(), MESSAGE.len());
        }
    }
}
