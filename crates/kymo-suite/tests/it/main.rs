//! The crate as its users see it: what they can name, what they get, and every sentence they can be told.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

mod corpus;
mod documents;
mod house;
mod mistakes;
mod references;
mod selection;
mod single;
