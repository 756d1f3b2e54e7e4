//! The nouns of the watch: jobs, leases, machines and accounts, and what agent, server and pages say to each other.
//!
//! Everything here crosses a network, so every type refuses what it does not know, and every list and text has a limit
//! that the server holds it to.

pub mod account;
pub mod agent;
pub mod environment;
pub mod job;
pub mod machine;
pub mod policy;
pub mod project_file;
pub mod regression;

pub use account::{Account, NewToken, Role, Scope, TokenInfo};
pub use agent::{
    EndRequest, EndResponse, Granted, Heartbeat, HeartbeatAnswer, LeaseId, LeaseRequest, LogPiece, Order, Step,
    UploadState,
};
pub use environment::{EnvironmentDigest, Limits};
pub use job::{Estimate, Job, JobEnd, JobId, JobReason, JobState, Progress, Request};
pub use machine::{MachineReport, MachineState, MachineView};
pub use policy::ProjectPolicy;
pub use project_file::{MeasureKind, ProjectFile, ProjectFileError};
pub use regression::RegressionRule;
