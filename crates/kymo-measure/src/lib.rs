//! Readings of processes and of the machine: clocks, hardware counters, processor time, memory, the machine's
//! fingerprint, its conditions, and what makes it a bad test bed.
//!
//! Linux is the target; elsewhere what cannot be read is `None` or named unavailable. A reading that the machine does
//! not give is absent: nothing is guessed, and nothing else is put in its place.
//!
//! This crate refuses to print, to start or end processes, to change a setting of the machine (it only says how a
//! person could), and to judge measurements statistically.

pub mod callgrind;
pub mod clock;
pub mod conditions;
pub mod doctor;
pub mod fingerprint;
pub mod memory;
mod noise;
mod others;
mod perf;
pub mod placement;
pub mod process;
mod pss;
pub mod region;
pub mod root;
mod snapshot;
pub mod steal;
mod sys;
pub mod tree_usage;
pub mod usage;
