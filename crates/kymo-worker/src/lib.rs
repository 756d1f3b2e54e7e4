//! The worker protocol, version 1, and both of its ends.
//!
//! An engine is reached through an executable named `kymo-worker-NAME` that speaks JSON lines on its standard input
//! and output. [`protocol`] has the messages, [`engine`] the end that a worker written in Rust builds on, and
//! [`parent`] the end that starts workers, enforces limits and turns every way to fail into an outcome.
//!
//! This crate prints nothing except the protocol itself.

pub mod engine;
pub mod parent;
pub mod protocol;
