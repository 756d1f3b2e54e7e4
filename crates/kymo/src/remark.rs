//! What is said beside the results, on standard error.

use std::fmt::Display;
use std::io::Write;

/// Says something beside the results. Nobody need be listening: `eprintln!` would panic when the reader of standard
/// error has gone, and take a run with it that is not written out yet.
pub fn remark(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
