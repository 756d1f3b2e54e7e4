//! The engines that are held to the protocol, and what became of programs on them.

mod engine;
mod outcomes;

pub use engine::{Engine, engines};
pub use outcomes::{Outcomes, outcomes};
