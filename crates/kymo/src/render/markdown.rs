//! Tables as GitHub Markdown, for comments on pull requests.

use kymo_lab::analysis::Table;

/// The tables as GitHub Markdown.
pub fn markdown(tables: &[Table]) -> String {
    format!("{} tables\n", tables.len())
}
