//! A report as one HTML file that can be mailed: no script, nothing fetched, readable in light and in dark and on paper.
//!
//! Everything that others wrote is text: the templates escape it, and what reorders or controls text is shown as an
//! escape. A policy in the file's head forbids scripts and requests besides.

mod axis;
mod commands;
mod facts;
mod mark;
mod plot;
mod sections;
mod state;
mod strips;
mod summary;
mod table;

pub use commands::quoted;

use super::{harmless, sweep};
use kymo_lab::analysis::{AgainstBase, Swept, Table};
use kymo_model::Run;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The style sheet, but for the pictures of sweeps.
pub(super) const STYLE: &str = include_str!("html/report.css");

/// Forbids what the file does not need: scripts, and requests of any kind.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The size that a file for mailing should not exceed, in bytes.
pub const SIZE_MAX: usize = 1_000_000;

/// What a report is made of.
pub struct Report<'a> {
    /// What it is about, in a line.
    pub title: String,
    /// Its sections: a run or a comparison each.
    pub sections: Vec<Section<'a>>,
    /// The command that makes it again.
    pub command: String,
    /// The version of the program that made it.
    pub version: &'a str,
}

/// A run, or two sides compared.
pub struct Section<'a> {
    /// What it is about, in a line.
    pub heading: String,
    /// The runs that it is made from: one, or two.
    pub subjects: Vec<Subject<'a>>,
    /// The figures.
    pub shown: Shown<'a>,
    /// What must be said of the figures.
    pub notes: Vec<String>,
    /// What else must be typed to see the same figures again, after the runs were measured.
    pub commands: Vec<String>,
}

/// A run of a section.
pub struct Subject<'a> {
    /// The run.
    pub run: &'a Run,
    /// When it was started, as people read it.
    pub started: String,
}

/// The figures of a section.
pub enum Shown<'a> {
    /// Tables, and flavours against their base flavours.
    Tables(Vec<Sided<'a>>, Vec<AgainstBase>),
    /// A sweep.
    Sweep(Box<Swept>),
}

/// A table, and where its samples are.
pub struct Sided<'a> {
    /// The table.
    pub table: Table,
    /// For each of its variants, whose it is.
    pub sides: Vec<Side<'a>>,
}

/// A variant of a run.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The run.
    pub run: &'a Run,
    /// The variant, by its index.
    pub variant: usize,
}

impl<'a> Sided<'a> {
    /// A table of a run, whose variants are those of the run.
    pub fn of_run(table: Table, run: &'a Run) -> Self {
        let sides = (0..table.variants.len()).map(|variant| Side { run, variant }).collect();
        Self { table, sides }
    }
}

/// The notes on a run's tables that are not shown in a place of their own.
pub fn notes(run: &Run, tables: &[Table], parts: &[AgainstBase]) -> Vec<String> {
    super::notes::besides(run, tables, parts)
}

/// The report as a document. Where it would be larger than [`SIZE_MAX`] it has no plots of raw samples, and says so.
pub fn page(report: &Report) -> String {
    let whole = document(report, true);
    if whole.len() <= SIZE_MAX { whole } else { document(report, false) }
}

fn document(report: &Report, with_samples: bool) -> String {
    let swept = report.sections.iter().any(|section| matches!(section.shown, Shown::Sweep(_)));
    let several = report.sections.len() > 1;
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "kymo " (report.version) };
                title { (line(&report.title)) }
                style { (PreEscaped(STYLE)) @if swept { (PreEscaped(sweep::style_sheet())) } }
            }
            body {
                header {
                    p.brand { "Kymograph report" }
                    h1 { bdi { (line(&report.title)) } }
                }
                main {
                    @if !with_samples {
                        p.aside {
                            "The raw samples are too many to be drawn in a file of this size; "
                            code { "kymo export RUN --format csv" } " writes them."
                        }
                    }
                    @if several { (contents(report)) }
                    @for (number, section) in report.sections.iter().enumerate() {
                        (sections::section(section, number + 1, several, with_samples))
                    }
                    (reading())
                }
                footer {
                    p { "Made by kymo " (report.version) " with " code { (line(&report.command)) } }
                }
            }
        }
    }
    .into_string()
}

/// What leads to the sections, and what came of each in a line.
fn contents(report: &Report) -> Markup {
    html! {
        nav aria-label="Sections" {
            ol {
                @for (number, section) in report.sections.iter().enumerate() {
                    li { a href={ "#s" (number + 1) } { bdi { (line(&section.heading)) } } }
                }
            }
        }
    }
}

/// How to read it.
fn reading() -> Markup {
    html! {
        section.reading {
            h2 { "How to read this" }
            p {
                "A ratio is a cost over that of the first variant, with its 95 % interval, measured over processes and "
                "not over repetitions within one: below 1 it costs less. A verdict allows for the number of comparisons "
                "in the report: “same” means that a difference, if there is one, is smaller than the margin, and "
                "“inconclusive” that neither a difference nor sameness could be shown."
            }
        }
    }
}

/// Text that others wrote, in one line without control characters; escaping is the templates'.
fn line(text: &str) -> String {
    harmless::line(text).into_owned()
}

/// A name that others gave: whichever way its letters run, its neighbours keep their places.
fn name(text: &str) -> Markup {
    html! { bdi { (line(text)) } }
}
