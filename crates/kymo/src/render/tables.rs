//! Tables for a terminal.

use crate::render::grid::Style;
use kymo_lab::analysis::Table;

/// How tables look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Decoration.
    pub style: Style,
}

/// The tables as text, a block for each, ending with a newline.
pub fn tables(tables: &[Table], look: &Look) -> String {
    format!("{} tables, colour {}\n", tables.len(), look.style.colour)
}
