//! A table's words and figures as HTML, with the shape of each verdict and the samples of each row.

use super::mark::Mark;
use super::strips::Strips;
use super::{Sided, name};
use crate::render::block::Block;
use crate::render::grid::{Align, Column, Text, Tone};
use kymo_lab::analysis::Cell;
use maud::{Markup, html};

/// What a row has besides its texts.
#[derive(Default)]
struct More {
    /// The shape of its verdict.
    mark: Option<Mark>,
    /// The column before which its samples stand, and these.
    strip: Option<(usize, Option<Markup>)>,
}

/// A table of a run or a comparison.
pub fn table(sided: &Sided, with_samples: bool) -> Markup {
    let block = Block::of(&sided.table);
    if block.columns.is_empty() {
        return html! { p.method { (block.method) } };
    }
    let strips = if with_samples { Strips::of(sided) } else { None };
    let at = strips.as_ref().map(|_| place_of_samples(&block.columns));
    let more = |row: usize, variant: usize| {
        let cells = sided.table.rows.get(row).map(|row| row.cells.as_slice()).unwrap_or_default();
        let picture = strips.as_ref().and_then(|strips| strips.picture(row, variant, cells));
        let mark = match cells.get(variant) {
            Some(Cell::Outcome(_)) => Some(Mark::Unmeasured),
            Some(cell) => cell.judged().and_then(Mark::of),
            None => None,
        };
        More { mark, strip: at.map(|at| (at, picture)) }
    };
    let note = strips.as_ref().map(|_| {
        "samples: a point each, further right for a higher cost, downwards in the order of measurement; the line is the \
         mean, the shade its interval; variants less than twice apart share a scale"
    });
    written(&block, at, more, note)
}

/// A table that has its words alone: nothing is drawn for it.
pub fn plain(block: &Block) -> Markup {
    if block.columns.is_empty() {
        return html! { p.method { (block.method) } };
    }
    written(block, None, |_, _| More::default(), None)
}

/// Samples stand behind the mean and its interval.
fn place_of_samples(columns: &[Column]) -> usize {
    columns.iter().rposition(|column| matches!(column.heading, "mean" | "±")).map_or(columns.len(), |last| last + 1)
}

fn written(block: &Block, at: Option<usize>, more: impl Fn(usize, usize) -> More, note: Option<&str>) -> Markup {
    html! {
        p.method { @for (number, text) in block.method.lines().enumerate() { @if number > 0 { br; } (text) } }
        div.scroll tabindex="0" role="region" aria-label={ "Table: " (block.name) } {
            table {
                thead { tr {
                    @for (number, column) in block.columns.iter().enumerate() {
                        @if at == Some(number) { th scope="col" { "samples" } }
                        th.num[column.align == Align::Right] scope="col" { (heading(column.heading)) }
                    }
                    @if at == Some(block.columns.len()) { th scope="col" { "samples" } }
                } }
                @for (number, group) in block.groups.iter().enumerate() {
                    tbody {
                        @for (variant, texts) in group.iter().enumerate() {
                            (row(texts, &block.columns, more(number, variant), Head::of(group, variant)))
                        }
                    }
                }
                @if !block.summary.is_empty() {
                    tfoot {
                        @for texts in &block.summary {
                            (row(texts, &block.columns, More { mark: None, strip: at.map(|at| (at, None)) }, Head::Own))
                        }
                    }
                }
            }
        }
        @if let Some(note) = note { p.method { (note) } }
    }
}

/// Headings that a table on a page has room for.
fn heading(short: &str) -> &str {
    match short {
        "±" => "± 95 %",
        other => other,
    }
}

/// Whose name the first text of a row is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    /// Its own.
    Own,
    /// That of so many rows.
    Of(usize),
    /// That of a row above: there is no cell for it.
    Above,
}

impl Head {
    fn of(group: &[Vec<Text>], number: usize) -> Self {
        // A part of a group may have a name of its own in its first column.
        let named = group.iter().filter(|row| row.first().is_some_and(|first| !first.text.is_empty())).count();
        match number {
            _ if named != 1 => Self::Own,
            0 => Self::Of(group.len()),
            _ => Self::Above,
        }
    }
}

fn row(texts: &[Text], columns: &[Column], more: More, head: Head) -> Markup {
    let (at, picture) = more.strip.map_or((None, None), |(at, picture)| (Some(at), picture));
    let strip = html! { td.samples { @if let Some(picture) = &picture { (picture) } } };
    let mut cells: Vec<Markup> = Vec::new();
    let mut column = 0;
    let mut has_strip = at.is_none();
    for (number, text) in texts.iter().enumerate() {
        if column >= columns.len() {
            break;
        }
        if at == Some(column) && !has_strip {
            cells.push(strip.clone());
            has_strip = true;
        }
        let next = column.saturating_add(text.reach.max(1)).min(columns.len());
        let over_strip = !has_strip && at.is_some_and(|at| at > column && at < next);
        has_strip |= over_strip;
        let span = next - column + usize::from(over_strip);
        let shape = more.mark.filter(|mark| is_verdict(*mark, columns[column].heading, text));
        match (number, head) {
            (0, Head::Above) => {}
            (0, Head::Of(rows)) => {
                let class = short(&text.text, "name");
                cells.push(html! { th class=(class) scope="rowgroup" rowspan=(rows) { (content(text, None)) } });
            }
            (0, Head::Own) => {
                let class = short(&text.text, "name");
                cells.push(html! { th class=(class) scope="row" colspan=(span) { (content(text, None)) } });
            }
            _ => {
                let align = columns[column].align == Align::Right && text.reach <= 1;
                let class = class(text, align, columns[column].heading);
                cells.push(html! { td class=(class) colspan=(span) { (content(text, shape)) } });
            }
        }
        column = next;
    }
    // What a row lacks at its end stays empty, but for its samples.
    if !has_strip {
        let before = at.unwrap_or(column).saturating_sub(column);
        if before > 0 {
            cells.push(html! { td colspan=(before) {} });
        }
        cells.push(strip);
        column += before;
    }
    if column < columns.len() {
        cells.push(html! { td colspan=(columns.len() - column) {} });
    }
    html! { tr { @for cell in cells { (cell) } } }
}

/// Whether a text says the verdict that a mark stands for: that of its column, or why there is none.
fn is_verdict(mark: Mark, heading: &str, text: &Text) -> bool {
    match mark {
        Mark::Unmeasured => text.reach > 1,
        _ => matches!(heading, "verdict" | "difference"),
    }
}

/// A figure is never broken, and words have room before they are.
fn class(text: &Text, number: bool, heading: &str) -> String {
    let kind = match (text.is_name, number) {
        (true, _) => short(&text.text, "name"),
        (false, true) => "num",
        (false, false) if heading == "interval" && text.reach <= 1 => "short",
        (false, false) => "words",
    };
    format!("{kind} {}", tone(text.tone))
}

/// Characters of a name that is never broken.
const SHORT: usize = 24;

/// The class of a name: a short one stays in one line.
fn short(name: &str, class: &'static str) -> &'static str {
    if name.chars().count() <= SHORT { "short" } else { class }
}

/// A name that may be broken behind its signs where it is long, since browsers break at spaces alone.
fn breakable(text: &str) -> Markup {
    if text.chars().count() <= SHORT {
        return name(text);
    }
    html! {
        bdi { @for part in text.split_inclusive([',', '/', '[', '=', ':', '(']) { (part) wbr; } }
    }
}

/// The class of a tone.
pub fn tone(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Bold => "bold",
        Tone::Dim => "dim",
        Tone::Green => "less",
        Tone::Red => "more",
        Tone::Yellow => "open",
        Tone::Loud => "loud",
    }
}

fn content(text: &Text, mark: Option<Mark>) -> Markup {
    html! {
        @if let Some(mark) = mark { (mark.icon()) " " }
        @if text.is_name { (breakable(&text.text)) } @else { (text.text.replace(" %", "\u{a0}%")) }
    }
}
