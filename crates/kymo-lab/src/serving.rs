//! Servers under load: each invocation starts a fresh server, holds its answers against the rules of the test, puts the
//! load on it, reads what it used from outside, and stops it.

mod cost;
mod fetch;
mod invoker;
mod load;
mod postgres;
mod rate;
mod syscalls;
mod verify;

pub use invoker::{POSTGRES, ServingInvoker};
pub(crate) use rate::order as serving_order;

/// Settings of an invocation that say how its load went, beside those of the engine.
pub mod record {
    /// The verdict on the load: `valid`, `client-limited`, …
    pub const VERDICT: &str = "load.verdict";
    /// Requests a second that were planned; `closed` where they came as fast as answers.
    pub const OFFERED: &str = "load.offered";
    /// Answers a second.
    pub const ACHIEVED: &str = "load.achieved";
    /// Share of the time in which the generator's busiest thread had work to do.
    pub const CLIENT_BUSY: &str = "load.client_busy";
    /// `none` where the server is a program of its own, which runs no module.
    pub const MODULE: &str = "load.module";
    /// Share of its processors that the server used.
    pub const SERVER_BUSY: &str = "load.server_busy";
}
