//! JSON Schemas of the documents.

use crate::run::Run;

/// The JSON Schema of the run document.
pub fn run_schema() -> serde_json::Value {
    schemars::schema_for!(Run).to_value()
}
