//! The record: projects with their main lines, runs filed under commits, the series' points, incidents, the chain.
//!
//! Rows go in and come out here; what they mean is the business of the crate `kymo-history`.

pub mod chain;
pub mod filings;
pub mod incidents;
pub mod lines;
pub mod points;
pub mod projects;

pub use chain::{ChainFault, ChainReport, ChainState};
pub use filings::{FiledRun, NewPoint};
pub use incidents::IncidentRow;
pub use lines::{LineChange, PlacedCommit};
pub use points::{Context, Measured, Point, PointValue, SeriesKey, SeriesRow};
pub use projects::{Project, ProjectSource};
