//! Made-up invocations for the lab: whole runs that are exact and take no time.

#![allow(dead_code, reason = "the tests and the benchmark each use a part of it")]

pub mod machine;
pub mod made_up;
pub mod stage;
