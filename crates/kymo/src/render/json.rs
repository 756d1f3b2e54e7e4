//! The analysis document: every figure of the tables, for programs.

use kymo_lab::analysis::{Settings, Table};
use kymo_model::Run;

/// What an analysis document is made from.
#[derive(Clone, Copy, Debug)]
pub struct Analysed<'a> {
    /// The runs: one, or the two that were compared.
    pub runs: &'a [&'a Run],
    /// The settings of the analysis.
    pub settings: &'a Settings,
    /// Whether the sides were measured in common rounds.
    pub paired: bool,
    /// The tables.
    pub tables: &'a [Table],
    /// What must be said about them, as [`crate::render::notes`] or a comparison gives it.
    pub remarks: &'a [String],
}

/// The analysis as a JSON document.
pub fn analysis_document(analysed: &Analysed) -> serde_json::Value {
    serde_json::json!({ "tables": analysed.tables.len() })
}

/// The JSON Schema of the analysis document.
pub fn analysis_schema() -> serde_json::Value {
    serde_json::json!({})
}
