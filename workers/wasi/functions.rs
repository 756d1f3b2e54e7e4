//! The functions of `wasi_snapshot_preview1`, and what calls of them come to.

use std::fmt;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use wasi_common::I32Exit;

/// Hands the names and types of all functions of `wasi_snapshot_preview1` to a macro, which makes of them what its
/// engine needs. All but `proc_exit`, which never returns, give an error number.
macro_rules! wasi_functions {
    ($make:ident) => {
        $make! {
            args_get(argv: i32, buffer: i32) -> i32;
            args_sizes_get(count: i32, bytes: i32) -> i32;
            environ_get(environ: i32, buffer: i32) -> i32;
            environ_sizes_get(count: i32, bytes: i32) -> i32;
            clock_res_get(id: i32, resolution: i32) -> i32;
            clock_time_get(id: i32, precision: i64, time: i32) -> i32;
            fd_advise(fd: i32, offset: i64, length: i64, advice: i32) -> i32;
            fd_allocate(fd: i32, offset: i64, length: i64) -> i32;
            fd_close(fd: i32) -> i32;
            fd_datasync(fd: i32) -> i32;
            fd_fdstat_get(fd: i32, stat: i32) -> i32;
            fd_fdstat_set_flags(fd: i32, flags: i32) -> i32;
            fd_fdstat_set_rights(fd: i32, base: i64, inheriting: i64) -> i32;
            fd_filestat_get(fd: i32, stat: i32) -> i32;
            fd_filestat_set_size(fd: i32, size: i64) -> i32;
            fd_filestat_set_times(fd: i32, accessed: i64, modified: i64, flags: i32) -> i32;
            fd_pread(fd: i32, parts: i32, count: i32, offset: i64, read: i32) -> i32;
            fd_prestat_get(fd: i32, stat: i32) -> i32;
            fd_prestat_dir_name(fd: i32, path: i32, length: i32) -> i32;
            fd_pwrite(fd: i32, parts: i32, count: i32, offset: i64, written: i32) -> i32;
            fd_read(fd: i32, parts: i32, count: i32, read: i32) -> i32;
            fd_readdir(fd: i32, buffer: i32, length: i32, cookie: i64, used: i32) -> i32;
            fd_renumber(fd: i32, to: i32) -> i32;
            fd_seek(fd: i32, offset: i64, whence: i32, position: i32) -> i32;
            fd_sync(fd: i32) -> i32;
            fd_tell(fd: i32, position: i32) -> i32;
            fd_write(fd: i32, parts: i32, count: i32, written: i32) -> i32;
            path_create_directory(fd: i32, path: i32, length: i32) -> i32;
            path_filestat_get(fd: i32, flags: i32, path: i32, length: i32, stat: i32) -> i32;
            path_filestat_set_times(
                fd: i32, flags: i32, path: i32, length: i32, accessed: i64, modified: i64, which: i32
            ) -> i32;
            path_link(fd: i32, flags: i32, path: i32, length: i32, to: i32, new: i32, new_length: i32) -> i32;
            path_open(
                fd: i32, lookup: i32, path: i32, length: i32, how: i32, base: i64, inheriting: i64, flags: i32, opened: i32
            ) -> i32;
            path_readlink(fd: i32, path: i32, length: i32, buffer: i32, size: i32, used: i32) -> i32;
            path_remove_directory(fd: i32, path: i32, length: i32) -> i32;
            path_rename(fd: i32, path: i32, length: i32, to: i32, new: i32, new_length: i32) -> i32;
            path_symlink(path: i32, length: i32, fd: i32, new: i32, new_length: i32) -> i32;
            path_unlink_file(fd: i32, path: i32, length: i32) -> i32;
            poll_oneoff(subscriptions: i32, events: i32, count: i32, occurred: i32) -> i32;
            proc_exit(code: i32) -> ();
            proc_raise(signal: i32) -> i32;
            sched_yield() -> i32;
            random_get(buffer: i32, length: i32) -> i32;
            sock_accept(fd: i32, flags: i32, accepted: i32) -> i32;
            sock_recv(fd: i32, parts: i32, count: i32, flags: i32, read: i32, found: i32) -> i32;
            sock_send(fd: i32, parts: i32, count: i32, flags: i32, written: i32) -> i32;
            sock_shutdown(fd: i32, how: i32) -> i32;
        }
    };
}

/// Why a call did not return to the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// The guest asked to exit, with this code.
    Exit(i32),
    /// The host could not go on, and why.
    Failed(String),
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exit(code) => write!(f, "exit with code {code}"),
            Self::Failed(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Left {}

/// Carries a call out. The synchronous files and clocks of `wasi-common` never wait for an executor.
///
/// # Errors
/// Where the guest is not to be returned to.
pub fn carried_out<T>(call: impl Future<Output = Result<T, wiggle::anyhow::Error>>) -> Result<T, Left> {
    match pin!(call).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(value)) => Ok(value),
        Poll::Ready(Err(error)) => Err(match error.downcast_ref::<I32Exit>() {
            Some(I32Exit(code)) => Left::Exit(*code),
            None => Left::Failed(format!("{error:#}")),
        }),
        Poll::Pending => Err(Left::Failed("a system call waits for what never comes".to_owned())),
    }
}
