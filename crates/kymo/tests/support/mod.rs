//! What the end-to-end tests share: a home of its own for each test, and the built programs.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of this")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod c;
pub mod crates;
mod git;
mod home;
mod module;
mod outcome;
mod process;
mod scripted;
mod text;
pub mod tracker;

pub use c::{c_library, c_program};
pub use git::Repository;
pub use home::{Home, Ran, bin, repository, tools};
pub use module::{PROGRAM, program};
pub use outcome::{last, outcome, run_once, samples};
pub use process::{Running, processes_of};
pub use scripted::{A, B, scripted};
pub use text::{masked, plain};

/// Compares a text with its file. All snapshots of a test file are in a folder named for it.
#[macro_export]
macro_rules! snapshot {
    ($name:expr, $text:expr) => {{
        let mut settings = insta::Settings::clone_current();
        settings.set_prepend_module_to_snapshot(false);
        settings.set_snapshot_path(concat!("snapshots/", module_path!()));
        settings.set_omit_expression(true);
        settings.bind(|| insta::assert_snapshot!($name, $text));
    }};
}
