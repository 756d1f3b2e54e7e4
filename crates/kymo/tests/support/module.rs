//! Modules written by hand: the mock does not run them, but they must be valid.

use super::Home;

/// A module whose `_start` returns at once.
pub const PROGRAM: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

/// Writes a program into a home; its file's name is what the mock's scripts and logs call it.
pub fn program(home: &Home, name: &str) {
    home.write(&format!("{name}.wasm"), PROGRAM);
}
