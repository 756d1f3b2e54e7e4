//! Simulated machines, processes and series, and what the methods of this crate make of them.
//!
//! A method is as good as its level on A/A, its coverage and its power, and these are measured here rather than believed.
//! Everything is drawn from a seed: an experiment gives the same figures for ever. Nothing here is used to judge real
//! measurements.
//!
//! [`acceptance::ALL`] lists the experiments, S1 to S11; each returns its [`check::Check`]s. The tests run them at reduced
//! size, `cargo run --release -p kymo-stats --example validate` at full size.

pub mod acceptance;
pub mod check;
pub mod draw;
pub mod injected;
pub mod machine;
pub mod noise;
pub mod process;
pub mod report;
pub mod score;

mod coverage;
mod drift;
mod iterations;
mod level;
mod power;
mod series;
mod shapes;
mod stopping;
mod suite;
mod totals;
mod various;
