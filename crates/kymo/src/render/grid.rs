//! A grid of text with aligned columns. It never wraps and never cuts: a long name widens its column.

use super::harmless;
use unicode_width::UnicodeWidthStr;

/// How a text may be decorated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// Whether the reader understands ANSI colours.
    pub colour: bool,
}

/// The tone of a text: a colour where there are colours, else nothing. No meaning rests on it alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As everything.
    #[default]
    Plain,
    /// A heading.
    Bold,
    /// An aside.
    Dim,
    /// Good news.
    Green,
    /// Bad news.
    Red,
    /// Undecided.
    Yellow,
    /// What must not be overlooked.
    Loud,
}

impl Tone {
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Bold => "1",
            Self::Dim => "2",
            Self::Green => "32",
            Self::Red => "31",
            Self::Yellow => "33",
            Self::Loud => "1;31",
        }
    }
}

impl Style {
    /// The text in a tone.
    pub fn paint(self, text: &str, tone: Tone) -> String {
        let mut out = String::with_capacity(text.len() + 8);
        self.paint_into(&mut out, text, tone);
        out
    }

    fn paint_into(self, out: &mut String, text: &str, tone: Tone) {
        if !self.colour || tone == Tone::Plain || text.is_empty() {
            out.push_str(text);
            return;
        }
        for part in ["\u{1b}[", tone.code(), "m", text, "\u{1b}[0m"] {
            out.push_str(part);
        }
    }
}

/// The side on which a column's texts are flush.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: &'static str,
    /// Its alignment.
    pub align: Align,
    /// Spaces before it.
    pub gap: usize,
}

/// A text in the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// The text, free of control characters.
    pub text: String,
    /// Its tone.
    pub tone: Tone,
    /// How many columns it reaches over, from its own on; a text that reaches over several is flush left.
    pub reach: usize,
    /// Whether it is a name that others gave, which Markdown must not take for anything else.
    pub is_name: bool,
}

impl Text {
    /// A text in one column.
    pub fn new(text: &str, tone: Tone) -> Self {
        Self { text: harmless::line(text).into_owned(), tone, reach: 1, is_name: false }
    }

    /// A name in one column.
    pub fn name(text: &str) -> Self {
        Self { is_name: true, ..Self::new(text, Tone::Plain) }
    }

    /// A plain text in one column.
    pub fn plain(text: &str) -> Self {
        Self::new(text, Tone::Plain)
    }

    /// The same text over `columns` columns.
    pub fn over(self, columns: usize) -> Self {
        Self { reach: columns.max(1), ..self }
    }
}

enum Line {
    Row(Vec<Text>),
    Rule,
    Blank,
}

/// A grid of texts.
pub struct Grid {
    columns: Vec<Column>,
    lines: Vec<Line>,
}

impl Grid {
    /// A grid with these columns and a line of headings.
    pub fn new(columns: Vec<Column>) -> Self {
        let headings = columns.iter().map(|column| Text::new(column.heading, Tone::Dim)).collect();
        Self { columns, lines: vec![Line::Row(headings), Line::Rule] }
    }

    /// A grid with a line of headings that others wrote: those of `columns` are not shown.
    pub fn headed(columns: Vec<Column>, headings: Vec<Text>) -> Self {
        let headings = headings.into_iter().map(|text| Text { tone: Tone::Dim, ..text }).collect();
        Self { columns, lines: vec![Line::Row(headings), Line::Rule] }
    }

    /// Adds a row; what it lacks at its end stays empty.
    pub fn row(&mut self, row: Vec<Text>) {
        self.lines.push(Line::Row(row));
    }

    /// Adds a rule over the whole width.
    pub fn rule(&mut self) {
        self.lines.push(Line::Rule);
    }

    /// Adds an empty line.
    pub fn blank(&mut self) {
        self.lines.push(Line::Blank);
    }

    /// The grid as text. Every line ends with a newline and none with a space.
    pub fn render(&self, style: Style) -> String {
        let widths = self.widths();
        let total = (0..widths.len()).map(|column| widths[column] + self.gap(column)).sum();
        let mut out = String::new();
        for line in &self.lines {
            match line {
                Line::Row(row) => self.row_into(&mut out, row, &widths, style),
                Line::Rule => style.paint_into(&mut out, &"─".repeat(total), Tone::Dim),
                Line::Blank => {}
            }
            out.push('\n');
        }
        out
    }

    fn row_into(&self, out: &mut String, row: &[Text], widths: &[usize], style: Style) {
        // Spaces are held back until something follows them.
        let mut owed = 0;
        let mut column = 0;
        for text in row {
            let Some(last) = self.last_column(column, text.reach) else { break };
            owed += self.gap(column);
            let room = self.room(column, last, widths);
            let spare = room.saturating_sub(text.text.width());
            let left = if text.reach > 1 || self.columns[column].align == Align::Left { 0 } else { spare };
            owed += left;
            if !text.text.is_empty() {
                out.extend(std::iter::repeat_n(' ', owed));
                style.paint_into(out, &text.text, text.tone);
                owed = 0;
            }
            owed += spare - left;
            column = last + 1;
        }
    }

    fn last_column(&self, first: usize, reach: usize) -> Option<usize> {
        (first < self.columns.len()).then(|| first.saturating_add(reach.max(1) - 1).min(self.columns.len() - 1))
    }

    /// Width from the start of column `first` to the end of column `last`.
    fn room(&self, first: usize, last: usize, widths: &[usize]) -> usize {
        (first..=last).map(|column| widths[column] + if column > first { self.gap(column) } else { 0 }).sum()
    }

    fn gap(&self, column: usize) -> usize {
        if column == 0 { 0 } else { self.columns[column].gap }
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths = vec![0; self.columns.len()];
        // Texts of one column first: those that reach over several use the room there is, and ask for more only then.
        for wide in [false, true] {
            for line in &self.lines {
                let Line::Row(row) = line else { continue };
                let mut column = 0;
                for text in row {
                    let Some(last) = self.last_column(column, text.reach) else { break };
                    if (last > column) == wide {
                        let lacking = text.text.width().saturating_sub(self.room(column, last, &widths));
                        widths[last] += lacking;
                    }
                    column = last + 1;
                }
            }
        }
        widths
    }
}
