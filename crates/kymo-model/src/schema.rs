//! JSON Schemas of the documents.

use crate::run::Run;
use crate::watch::ProjectFile;

/// The JSON Schema of the run document.
pub fn run_schema() -> serde_json::Value {
    schemars::schema_for!(Run).to_value()
}

/// The JSON Schema of `kymo.toml`.
pub fn project_schema() -> serde_json::Value {
    schemars::schema_for!(ProjectFile).to_value()
}
