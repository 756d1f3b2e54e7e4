//! Tables for a terminal.

use super::against_base;
use super::block::Block;
use super::grid::{Grid, Style, Tone};
use super::serving;
use kymo_lab::analysis::{AgainstBase, ServeTable, Table};

/// From this number of variants on, benchmarks are parted by an empty line; below, it would double the table's height
/// and part nothing that the names do not.
const VARIANTS_TO_PART: usize = 3;

/// How tables look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Whether the reader understands ANSI colours.
    pub colour: bool,
}

/// The tables as text: a block for each, parted by empty lines. Every line ends with a newline.
pub fn tables(tables: &[Table], look: &Look) -> String {
    let style = Style { colour: look.colour };
    let blocks = tables.iter().map(|table| block(Block::of(table), table.variants.len() >= VARIANTS_TO_PART, style));
    blocks.collect::<Vec<String>>().join("\n")
}

/// The flavours of a run against their base flavours, as text.
pub fn against_base(parts: &[AgainstBase], look: &Look) -> String {
    let style = Style { colour: look.colour };
    let blocks = parts.iter().flat_map(against_base::blocks).map(|one| {
        let several = one.groups.len() > 1 && one.groups.iter().any(|group| group.len() > 1);
        block(one, several, style)
    });
    blocks.collect::<Vec<String>>().join("\n")
}

/// Servers under load, as text.
pub fn serving(tables: &[ServeTable], look: &Look) -> String {
    let style = Style { colour: look.colour };
    let blocks = serving::blocks(tables).into_iter().map(|one| block(one, false, style));
    blocks.collect::<Vec<String>>().join("\n")
}

/// A block as text; `parted` puts an empty line between its groups.
fn block(block: Block, parted: bool, style: Style) -> String {
    let title = format!("{} — {}\n", style.paint(&block.name, Tone::Bold), block.method);
    if block.columns.is_empty() {
        return title;
    }
    let mut grid = Grid::new(block.columns);
    for (number, group) in block.groups.into_iter().enumerate() {
        if parted && number > 0 {
            grid.blank();
        }
        for row in group {
            grid.row(row);
        }
    }
    if !block.summary.is_empty() {
        grid.rule();
        for row in block.summary {
            grid.row(row);
        }
    }
    title + "\n" + &grid.render(style)
}
