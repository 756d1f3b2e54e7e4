//! What must be said below the tables.

use kymo_lab::analysis::Table;
use kymo_model::Run;

/// The notes on a run and its tables. A note may have several lines; those after the first are indented.
pub fn notes(run: &Run, tables: &[Table]) -> Vec<String> {
    let mut notes = run.notes.clone();
    notes.extend(of_tables(tables));
    notes
}

/// The notes that follow from tables alone: for a comparison of two runs.
pub fn of_tables(tables: &[Table]) -> Vec<String> {
    let _ = tables;
    Vec::new()
}
