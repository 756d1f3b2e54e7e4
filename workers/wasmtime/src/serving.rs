//! Servers: the phase `serve`.
//!
//! A component that exports a handler of `wasi:http` stands behind the HTTP server that all workers share. A core
//! module that imports from `kymo_socket` is a server itself, on sockets of the host.

mod generation;
mod guests;
mod host;
mod http;
mod program;
mod readiness;
mod reuse;
mod settings;
mod sockets;

pub use generation::Generation;
pub use http::HttpServer;
pub use program::ProgramServer;
pub use settings::{declared, resolve};
