//! Holds the house to its rules. ARCHITECTURE.md names these tests beside the invariants that they keep.
//!
//! A rule with exceptions has a list of them, and the list is a ratchet: an exception that is no longer needed fails
//! the test until it is taken off the list.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod book;
mod figures;
mod floors;
mod repository;
mod rust;
mod size;
mod source;
mod words;
