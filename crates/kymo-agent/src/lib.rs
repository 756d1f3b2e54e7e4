//! The agent: it runs on a benchmark machine, asks the server for jobs, carries them out in a sandbox, and reports.
//!
//! The agent asks; nothing on the machine listens. Whatever it must not lose is on disk before it is sent: a job's folder
//! says which step was reached, and an agent that was killed at any point goes on from there. What a commit brings runs
//! in kymo-sandbox alone, and the agent's token is never near it.
//!
//! This crate refuses to print (it tells whoever started it), to read the environment, and to judge measurements.

mod agent;
mod backoff;
mod beat;
mod calibration;
mod cell;
mod client;
mod disk;
mod download;
mod environment;
mod error;
mod folder;
mod halt;
mod hygiene;
mod job;
mod keep;
mod log;
mod machine;
mod options;
mod plain;
mod programs;
mod record;
mod remote;
mod settings;
mod steps;
mod tuning;

pub use agent::run;
pub use error::AgentError;
pub use options::{AgentOptions, Programs, Token};
pub use settings::Settings;
