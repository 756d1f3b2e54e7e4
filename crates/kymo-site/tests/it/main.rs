//! Tests of the site: its files come back as they went in, and what is published is whole, complete and no more than
//! needed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod altered;
mod golden;
mod grown;
mod published;
mod segments;
