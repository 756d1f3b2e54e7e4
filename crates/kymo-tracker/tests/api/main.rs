//! The API over real sockets, on SQLite and on PostgreSQL: what it gives, and what it withstands.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod agents;
mod browsers;
mod fleet;
mod fuzz;
mod hostile;
mod login;
mod reading;
mod requests;
mod results;
mod roles;
mod slow;
mod support;
