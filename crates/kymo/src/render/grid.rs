//! A grid of text with aligned columns.

/// How a text may be decorated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether the reader understands ANSI colours.
    pub colour: bool,
}
