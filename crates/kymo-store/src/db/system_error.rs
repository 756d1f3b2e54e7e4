//! The operating system's error behind SQLite's last one.

use rusqlite::{Connection, ffi};
use std::io;

/// What the operating system answered when SQLite last failed to read, write or open a file on this connection.
pub fn last(connection: &Connection) -> io::Error {
    // SAFETY: the handle is valid for as long as the connection is borrowed; the call only reads a number from it.
    // rusqlite has no safe wrapper.
    let number = unsafe { ffi::sqlite3_system_errno(connection.handle()) };
    io::Error::from_raw_os_error(number)
}
