//! What must be said below the tables: why something was not measured, what to distrust, how to read it.
//!
//! Findings of one kind are said once, with the list of benchmarks they concern. A note may have several lines; those
//! after the first are indented.

mod flavours;
pub(super) mod listing;
pub(super) mod outcomes;
mod reading;
pub(super) mod state;
mod warnings;

pub(super) use listing::distinct;

use kymo_lab::analysis::{AgainstBase, Table};
use kymo_model::Run;

/// The notes on a run, its tables and its flavours, the most urgent first.
pub fn notes(run: &Run, tables: &[Table], parts: &[AgainstBase]) -> Vec<String> {
    let mut notes = outcomes::outcomes(run);
    notes.extend(kymo_lab::analysis::imported_remark(run, None));
    notes.extend(state::noise(run));
    notes.extend(besides(run, tables, parts));
    notes
}

/// The notes on a run without why something was not measured, where the run came from and what disturbed it, for
/// those who show these apart.
pub(super) fn besides(run: &Run, tables: &[Table], parts: &[AgainstBase]) -> Vec<String> {
    let mut notes = state::same_builds(run);
    notes.extend(state::remarks(run));
    notes.extend(state::absent(run, tables));
    notes.extend(warnings::warnings(tables));
    notes.extend(flavours::flavours(parts));
    notes.extend(reading(tables, parts));
    notes.extend(reading::fuel(run, tables));
    notes.extend(reading::not_assessed(run, tables));
    // No plan of ours closed an imported run.
    if run.imported.is_none() {
        notes.extend(state::closed(run));
    }
    notes
}

/// The notes that follow from tables alone, whichever runs they were made from.
pub fn of_tables(tables: &[Table]) -> Vec<String> {
    let mut notes = warnings::warnings(tables);
    notes.extend(reading(tables, &[]));
    notes
}

/// How verdicts and intervals are to be read.
fn reading(tables: &[Table], parts: &[AgainstBase]) -> Vec<String> {
    let notes =
        [reading::margins(tables, parts), reading::same_code(tables, parts), reading::per_benchmark(tables, parts)];
    notes.into_iter().flatten().collect()
}
