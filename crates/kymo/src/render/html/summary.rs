//! What came of it, in words, above everything else.

use super::mark::Mark;
use super::{Shown, line, name};
use crate::render::block::is_exact;
use crate::render::sweep::{self, findings};
use crate::render::{units, words};
use kymo_lab::analysis::sweep::Swept;
use kymo_lab::analysis::{Cell, Difference, Table};
use kymo_stats::Interval;
use maud::{Markup, html};

/// The summary of a section.
pub fn summary(shown: &Shown) -> Markup {
    match shown {
        Shown::Tables(tables, _) => html! {
            div.cards { @for sided in tables { (of_table(&sided.table)) } }
        },
        Shown::Sweep(swept) => of_sweep(swept),
    }
}

fn of_sweep(swept: &Swept) -> Markup {
    html! {
        ul.findings {
            @for chart in &swept.charts {
                @for finding in findings::of(swept, chart) {
                    li { (sweep::name(swept, chart)) ": " (finding) }
                }
            }
        }
    }
}

/// A card for each variant that is compared; for a table without comparisons what was measured.
fn of_table(table: &Table) -> Markup {
    let what = format!("{} · {}", table.phase, table.metric);
    if table.variants.len() < 2 {
        let only = table.variants.first().map_or("", String::as_str);
        return html! {
            div.card {
                p.what { (what) }
                p.who { (name(only)) }
                p { (measured(table, 0)) ", nothing to compare with" }
            }
        };
    }
    html! {
        @for variant in 1..table.variants.len() {
            div.card {
                p.what { (what) }
                p.who { (name(&table.variants[variant])) " " span.against { "against " (name(&table.variants[0])) } }
                (ratio(table, variant))
                (tally(table, variant))
            }
        }
    }
}

/// The mean ratio, or the only one.
fn ratio(table: &Table, variant: usize) -> Markup {
    let compared = || table.rows.iter().filter_map(|row| Some((row, row.cells.get(variant)?.judged()?)));
    let (ratio, interval, of) = match table.means.get(variant).and_then(Option::as_ref) {
        Some(mean) => {
            let shown = mean.shown();
            let of = html! { "geometric mean of " (units::counted(mean.benchmarks, "benchmark")) };
            (shown.ratio(), shown.dof.map(|_| shown.ratio_ci95()), of)
        }
        None => match compared().next() {
            Some((row, judged)) => match &judged.difference {
                Difference::Ratio(comparison) => {
                    let interval = comparison.ratio_ci95().filter(|_| !is_exact(table));
                    (comparison.ratio(), interval, html! { "on " (name(row.benchmark.as_str())) })
                }
                Difference::Units(_) => return html! { p { "differences in units are in the table" } },
            },
            None => return html! { p { "nothing could be compared" } },
        },
    };
    html! {
        p.ratio {
            strong { (units::ratio(ratio)) } " times the " (table.metric)
            @if let Some(interval) = interval { ", 95\u{a0}% interval " span.nowrap { (interval_words(ratio, interval)) } }
        }
        p { (of) @if (0.5..2.0).contains(&ratio) { " (" span.nowrap { (units::percent(ratio - 1.0)) } ")" } }
    }
}

fn interval_words(ratio: f64, interval: Interval) -> String {
    let decimals = units::ratio_decimals(ratio);
    format!("{}–{}", units::grouped(interval.lo, decimals), units::grouped(interval.hi, decimals))
}

/// How often each verdict was given, each with its shape.
fn tally(table: &Table, variant: usize) -> Markup {
    let counts = words::tally(table, variant, is_exact(table));
    let counts = Mark::COUNTED.into_iter().zip(counts).filter(|(_, (_, count))| *count > 0);
    let lacking = lacking(table, variant);
    html! {
        p.tally {
            @for (mark, (word, count)) in counts { span class=(mark.class()) { (mark.icon()) " " (count) " " (word) } " " }
            @if lacking > 0 { span.unmeasured { (Mark::Unmeasured.icon()) " " (lacking) " not compared" } }
        }
    }
}

/// Rows in which this variant is compared with nothing.
fn lacking(table: &Table, variant: usize) -> usize {
    table.rows.iter().filter(|row| row.cells.get(variant).is_none_or(|cell| cell.judged().is_none())).count()
}

fn measured(table: &Table, variant: usize) -> String {
    let measured = |cell: &&Cell| matches!(cell, Cell::Measured { .. });
    let count = table.rows.iter().filter_map(|row| row.cells.get(variant)).filter(measured).count();
    line(&format!("{count} of {} measured", units::counted(table.rows.len(), "benchmark")))
}
