//! Warnings of the statistics in plain words, grouped by kind.

use super::listing;
use crate::render::units;
use kymo_lab::analysis::{Difference, Judged, Remark, Table};
use kymo_stats::{Method, Warning};

/// A warning on one cell.
struct Finding<'a> {
    kind: String,
    table: usize,
    benchmark: &'a str,
    variant: &'a str,
    /// A figure of this cell, where there is one.
    detail: Option<String>,
}

/// A note for each kind of warning; below it the tables and benchmarks it concerns.
pub fn warnings(tables: &[Table]) -> Vec<String> {
    let findings = findings(tables);
    let kinds = listing::distinct(findings.iter().map(|finding| finding.kind.as_str()));
    kinds.into_iter().map(|kind| note(kind, tables, &findings)).collect()
}

fn findings(tables: &[Table]) -> Vec<Finding<'_>> {
    let mut findings = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        for row in &table.rows {
            for (variant, cell) in row.cells.iter().enumerate() {
                let Some(judged) = cell.judged() else { continue };
                for remark in &judged.remarks {
                    let (kind, detail) = words(remark, is_unpaired(judged));
                    let variant = table.variants.get(variant).map_or("", String::as_str);
                    let benchmark = row.benchmark.as_str();
                    findings.push(Finding { kind, table: number, benchmark, variant, detail });
                }
            }
        }
    }
    findings
}

/// Whether the sides have no rounds in common, and processes are what is counted.
fn is_unpaired(judged: &Judged) -> bool {
    matches!(&judged.difference, Difference::Ratio(comparison) if comparison.method == Method::Unpaired)
}

/// The kind of a remark in words that hold for every benchmark, and the figure of this one.
fn words(remark: &Remark, unpaired: bool) -> (String, Option<String>) {
    let Remark::Statistics(warning) = remark else {
        return ("declared exact, but samples differ within a side: treated as noisy".to_owned(), None);
    };
    let least = kymo_stats::verdict::ROUNDS_FOR_VERDICT;
    match warning {
        Warning::FewRounds { .. } => {
            let what = if unpaired { "processes a side" } else { "rounds" };
            (format!("fewer than {least} {what}, too few for a verdict"), None)
        }
        Warning::Unpaired => ("unpaired: measured without rounds, drift of the machine is not cancelled".to_owned(), None),
        Warning::TailDriven { hodges_lehmann_log, .. } => (
            "driven by the tail: few rounds decide, and the signed-rank test disagrees; the typical difference is given"
                .to_owned(),
            Some(units::percent(hodges_lehmann_log.exp_m1())),
        ),
        Warning::Autocorrelated { lag1 } => (
            "neighbouring rounds resemble each other: the interval may be off; the correlation is given".to_owned(),
            Some(units::signed(*lag1, 2)),
        ),
        Warning::Outliers { iterations, .. } => {
            ("outlying iterations (kept)".to_owned(), Some(iterations.to_string()))
        }
        Warning::NotExact => ("declared exact, but it varied: treated as noisy".to_owned(), None),
        Warning::SingleBuild { layout_floor } => (
            format!(
                "single build a side: code layout alone may explain differences below {}",
                units::share(*layout_floor)
            ),
            None,
        ),
        other => (other.to_string(), None),
    }
}

fn note(kind: &str, tables: &[Table], findings: &[Finding]) -> String {
    // Tables in which the same benchmarks are concerned share a line.
    let mut lines: Vec<(Vec<usize>, String)> = Vec::new();
    for (number, table) in tables.iter().enumerate() {
        let own = || findings.iter().filter(|finding| finding.kind == kind && finding.table == number);
        if own().next().is_none() {
            continue;
        }
        let compared = table.rows.iter().flat_map(|row| &row.cells).filter(|cell| cell.judged().is_some()).count();
        let bare = own().all(|finding| finding.detail.is_none());
        let concerned = if bare && compared > 1 && own().count() == compared {
            "all".to_owned()
        } else {
            let named: Vec<String> = own().map(|finding| name(finding, table)).collect();
            listing::names(named.iter().map(String::as_str))
        };
        match lines.iter_mut().find(|(_, known)| *known == concerned) {
            Some((numbers, _)) => numbers.push(number),
            None => lines.push((vec![number], concerned)),
        }
    }
    if let [(numbers, concerned)] = lines.as_slice()
        && numbers.len() == tables.len()
    {
        return format!("{kind}: {}", if concerned == "all" { "all comparisons" } else { concerned });
    }
    let mut note = format!("{kind}:");
    for (numbers, concerned) in &lines {
        let named: Vec<String> =
            numbers.iter().map(|&number| format!("{} · {}", tables[number].phase, tables[number].metric)).collect();
        let concerned = if concerned == "all" { "all comparisons" } else { concerned };
        note.push_str(&format!("\n    {}: {concerned}", named.join(", ")));
    }
    note
}

/// The benchmark; with the variant where that is not the only one compared, and its figure.
fn name(finding: &Finding, table: &Table) -> String {
    let variant = (table.variants.len() > 2).then_some(finding.variant);
    let aside: Vec<&str> = variant.into_iter().chain(finding.detail.as_deref()).collect();
    if aside.is_empty() {
        finding.benchmark.to_owned()
    } else {
        format!("{} ({})", finding.benchmark, aside.join(", "))
    }
}
