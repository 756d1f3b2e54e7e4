//! What came of it, in words, above everything else.

use super::mark::Mark;
use super::{Shown, Sided, line, name};
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
        Shown::Tables(tables, _) => cards(tables),
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

/// Cards: where there are several tables, those of each two variants below their names.
fn cards(tables: &[Sided]) -> Markup {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for table in tables.iter().map(|sided| &sided.table) {
        for pair in pairs_of(table) {
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    let apart = tables.len() > pairs.len() && !pairs.is_empty();
    html! {
        @if apart {
            @for pair in &pairs {
                p.pair { (who(pair.0, pair.1)) }
                div.cards {
                    @for table in tables.iter().map(|sided| &sided.table) {
                        @for (variant, own) in (1..).zip(pairs_of(table)) { @if own == *pair { (card(table, variant, false)) } }
                    }
                }
            }
        } @else {
            div.cards {
                @for table in tables.iter().map(|sided| &sided.table) {
                    @if table.variants.len() < 2 { (alone(table)) }
                    @for variant in 1..table.variants.len() { (card(table, variant, true)) }
                }
            }
        }
    }
}

/// The variants of a table with what they are compared with.
fn pairs_of(table: &Table) -> impl Iterator<Item = (&str, &str)> {
    let base = table.variants.first().map_or("", String::as_str);
    table.variants.iter().skip(1).map(move |own| (own.as_str(), base))
}

fn who(own: &str, base: &str) -> Markup {
    html! { (name(own)) " " span.against { "against " (name(base)) } }
}

/// What was measured of a single variant.
fn alone(table: &Table) -> Markup {
    let only = table.variants.first().map_or("", String::as_str);
    html! {
        div.card {
            p.what { (table.phase) " · " (table.metric) }
            p.who { (name(only)) }
            p { (measured(table, 0)) ", nothing to compare with" }
        }
    }
}

/// A variant against the first; the card says which unless that stands above it.
fn card(table: &Table, variant: usize, named: bool) -> Markup {
    html! {
        div.card {
            p.what { (table.phase) " · " (table.metric) }
            @if named { p.who { (who(&table.variants[variant], &table.variants[0])) } }
            (ratio(table, variant))
            (tally(table, variant))
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
