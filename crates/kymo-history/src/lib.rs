//! The record: how values changed over the commits of a project, and which commit did it.
//!
//! Order is git's ancestry along first parents, never time. A series is cut where the machine's fingerprint or the module
//! changed: across such a cut nothing is compared. Everything here but incidents is made from the store's points, and can
//! be made again.
//!
//! | question | module |
//! |---|---|
//! | what is the main line? | [`git`] |
//! | what are a series' values, and where is it cut? | [`series`] |
//! | where did a series change? | [`detect`] |
//! | which changes are one event? | [`incident`], [`grouping`] |
//! | what did people say of it? | [`decision`] |

pub mod decision;
pub mod detect;
pub mod error;
pub mod git;
pub mod grouping;
pub mod incident;
pub mod pattern;
pub mod register;
pub mod series;

pub use decision::{Decision, DecisionKind, Decisions};
pub use detect::{Change, Detector};
pub use error::HistoryError;
pub use git::Repository;
pub use incident::{Incident, IncidentSeries, State};
pub use pattern::Pattern;
pub use register::{Found, detect_project};
pub use series::{Series, SeriesPoint, load};
