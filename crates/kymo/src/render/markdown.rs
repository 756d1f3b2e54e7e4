//! Tables as GitHub Markdown, for comments on pull requests.

use super::against_base;
use super::block::Block;
use super::grid::{Align, Column, Text, Tone};
use super::serving;
use kymo_lab::analysis::{AgainstBase, ServeTable, Table};

/// The tables as GitHub Markdown, and the flavours against their base flavours.
pub fn markdown(tables: &[Table], parts: &[AgainstBase]) -> String {
    let blocks = tables.iter().map(Block::of).chain(parts.iter().flat_map(against_base::blocks));
    blocks.map(|one| block(&one)).collect::<Vec<String>>().join("\n")
}

/// Servers under load, as GitHub Markdown.
pub fn serving_markdown(tables: &[ServeTable]) -> String {
    serving::blocks(tables).iter().map(block).collect::<Vec<String>>().join("\n")
}

fn block(block: &Block) -> String {
    let mut out = format!("### {}\n\n{}\n", escaped(&block.name), escaped(&block.method));
    if block.columns.is_empty() {
        return out;
    }
    let headings: Vec<String> = block.columns.iter().map(|column| escaped(column.heading)).collect();
    let rules: Vec<&str> =
        block.columns.iter().map(|column| if column.align == Align::Right { "---:" } else { ":---" }).collect();
    out.push('\n');
    line_into(&mut out, headings.iter().map(String::as_str));
    line_into(&mut out, rules.into_iter());
    for row in block.groups.iter().flatten().chain(&block.summary) {
        let texts = spread(row, &block.columns);
        line_into(&mut out, texts.iter().map(String::as_str));
    }
    out
}

pub(super) fn line_into<'a>(out: &mut String, texts: impl Iterator<Item = &'a str>) {
    out.push('|');
    for text in texts {
        if !text.is_empty() {
            out.push(' ');
            out.push_str(text);
        }
        out.push_str(" |");
    }
    out.push('\n');
}

/// A text for every column: Markdown knows no cell that reaches over several, so the others stay empty.
pub(super) fn spread(row: &[Text], columns: &[Column]) -> Vec<String> {
    let mut texts = vec![String::new(); columns.len()];
    let mut column = 0;
    for text in row {
        let Some(place) = texts.get_mut(column) else { break };
        *place = match text.tone {
            _ if text.text.is_empty() => String::new(),
            _ if text.is_name => code(&text.text),
            Tone::Green | Tone::Red | Tone::Loud | Tone::Bold => format!("**{}**", escaped(&text.text)),
            Tone::Plain | Tone::Dim | Tone::Yellow => escaped(&text.text),
        };
        column = column.saturating_add(text.reach.max(1));
    }
    texts
}

/// A name as a code span: in one, nothing starts a link, a tag, a mention or a reference to an issue.
pub(super) fn code(name: &str) -> String {
    // The fence must be longer than any run of backticks within; a bar would end the cell even in a code span.
    let mut longest = 0;
    let mut run = 0;
    for character in name.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{}{space}{fence}", name.replace('|', "\\|"))
}

/// Text that Markdown shows as it stands.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 8);
    let mut before = ' ';
    for character in text.chars() {
        match character {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' => safe.push('\\'),
            _ => {}
        }
        safe.push(character);
        // A backslash stops neither mentions nor references to issues; an invisible word joiner does.
        if character == '#' || character == '@' && !before.is_alphanumeric() {
            safe.push('\u{2060}');
        }
        before = character;
    }
    safe
}
