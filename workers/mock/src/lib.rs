//! Workers for the tests of the whole tool: `kymo-worker-mock`, whose times are its input, and `kymo-worker-bad`, which
//! misbehaves in the way that its strategy names.
//!
//! Neither runs a module and neither reads a clock: whole runs with them are exact and instant.

pub mod answer;
pub mod counter;
pub mod fault;
pub mod settings;
mod sys;
pub mod times;
pub mod wire;
