//! Probes of features: small modules that compute something known, to see what an engine does with each of them,
//! whether it claims the feature or not.

mod matrix;
mod probes;
mod subject;
mod trial;

pub use matrix::{Checked, document, table};
pub use probes::{PROBES, Probe};
pub use subject::{Subject, subjects};
pub use trial::Bench;
