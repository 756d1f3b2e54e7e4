//! The HTTP server that workers put their guests behind.
//!
//! One server for the base line and for every engine, so that what differs between two measured servers is the guest
//! and the engine, and not how connections are accepted, parsed and answered: hyper with HTTP/1.1 on Tokio's threads,
//! `TCP_NODELAY`, answers to pipelined requests flushed together.

pub mod allocator;
mod failures;
mod listening;
mod options;
mod server;

pub use failures::Failures;
pub use listening::{listen, raise_descriptors};
pub use options::{Options, declared, threads};
pub use server::{Handler, Server};
