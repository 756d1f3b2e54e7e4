//! The grid: alignment, reach, colours.

use crate::render::grid::{Align, Column, Grid, Style, Text, Tone};
use crate::render::harmless;
use unicode_width::UnicodeWidthStr;

fn grid() -> Grid {
    let column = |heading, align| Column { heading, align, gap: 2 };
    Grid::new(vec![column("name", Align::Left), column("cost", Align::Right), column("word", Align::Left)])
}

#[test]
fn columns_are_aligned_by_width() {
    let mut grid = grid();
    grid.row(vec![Text::plain("数"), Text::plain("1.5"), Text::plain("x")]);
    grid.row(vec![Text::plain("abc"), Text::plain("12.25"), Text::plain("")]);
    grid.rule();
    grid.blank();
    grid.row(vec![Text::plain("d"), Text::plain("reaches over the rest").over(usize::MAX)]);
    let expect = "\
name   cost  word
───────────────────────────
数      1.5  x
abc   12.25
───────────────────────────

d     reaches over the rest
";
    assert_eq!(grid.render(Style::default()), expect);
}

#[test]
fn colours_change_no_width_and_leave_no_trailing_space() {
    let mut grid = grid();
    grid.row(vec![Text::new("a", Tone::Red), Text::new("2", Tone::Green), Text::new("", Tone::Loud)]);
    let coloured = grid.render(Style { colour: true });
    let mut bare = coloured.clone();
    for code in ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[31m", "\u{1b}[32m", "\u{1b}[1;31m"] {
        bare = bare.replace(code, "");
    }
    assert_eq!(bare, grid.render(Style::default()));
    assert!(bare.lines().all(|line| line.trim_end() == line));
    assert_eq!(bare.lines().map(UnicodeWidthStr::width).max(), Some(16));
}

#[test]
fn no_control_character_passes() {
    assert_eq!(harmless::line("a\u{1b}[2Jb\nc\u{7}"), "a\\u{1b}[2Jb c\\u{7}");
    assert_eq!(harmless::line("evil\u{202e}txt"), "evil\\u{202e}txt");
    assert_eq!(harmless::line("größe µs"), "größe µs");
}
