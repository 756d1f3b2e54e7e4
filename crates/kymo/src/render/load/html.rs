//! A load as one page: no script, nothing fetched.

use super::super::html::{POLICY, STYLE};
use super::super::{harmless, units};
use super::{FIGURES, Shown, bounded, described, errors, plots, rate};
use kymo_load::{Summary, VerdictKind};
use kymo_model::Unit;
use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The style of the plots; colours are those of a scale that readers with any colour vision tell apart.
const PLOTS: &str = ":root{--d:#d55e00}@media(prefers-color-scheme:dark){:root{--d:#ff9248}}\
    svg.plot{display:block;width:100%;max-width:800px;height:auto}svg.plot text{font-size:13px;fill:var(--soft)}\
    svg.plot .left{text-anchor:end}svg.plot .below{text-anchor:middle}svg.plot .rule{stroke:var(--rule)}\
    svg.plot path{fill:none;stroke-width:2;stroke-linejoin:round}\
    svg.plot .a{stroke:var(--dot)}svg.plot .b{stroke:var(--less)}svg.plot .c{stroke:var(--axis);stroke-dasharray:6 4}\
    svg.plot .d{stroke:var(--d)}.key{font-weight:600}.key.a{color:var(--dot)}.key.b{color:var(--less)}\
    .key.c{color:var(--soft)}.key.d{color:var(--d)}";

/// The page.
pub fn page(shown: &Shown, version: &str) -> String {
    let report = shown.report();
    let histograms = &shown.load.histograms;
    let title = format!("Load on {}", harmless::line(shown.url));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="generator" content={ "kymo " (version) };
                title { (title) }
                style { (PreEscaped(STYLE)) (PreEscaped(PLOTS)) }
            }
            body {
                header {
                    p.brand { "Kymograph load" }
                    h1 { bdi { (title) } }
                    p { (described(shown.spec)) }
                }
                main {
                    (judged(shown))
                    (figures(shown))
                    h2 { "By percentile" }
                    @if let Some(plot) = plots::by_percentile(&histograms.response, &histograms.service, &histograms.lateness) {
                        (plot)
                    } @else { p { "No request was answered." } }
                    h2 { "Over time" }
                    @if let Some(plot) = plots::over_time(&report.series) { (plot) }
                    @if let Some(plot) = plots::rates(&report.series) { (plot) }
                    h2 { "Counts" }
                    (counts(shown))
                    @if !report.notes.is_empty() {
                        h2 { "Notes" }
                        ul.notes { @for note in &report.notes { li { (harmless::line(note)) } } }
                    }
                    (reading())
                }
                footer { p { "Made by kymo " (version) } }
            }
        }
    }
    .into_string()
}

fn judged(shown: &Shown) -> Markup {
    let found = &shown.report().verdict;
    let class = if found.kind == VerdictKind::Valid { "less bold" } else { "loud" };
    html! {
        div class=[(found.kind != VerdictKind::Valid).then_some("warning")] {
            p { "Verdict: " span class=(class) { (found.kind.name()) } }
            @if !found.reasons.is_empty() {
                ul.notes { @for reason in &found.reasons { li { (harmless::line(reason)) } } }
            }
        }
    }
}

fn figures(shown: &Shown) -> Markup {
    let report = shown.report();
    let row = |name: &str, summary: &Summary, can_be_bounded: bool| {
        html! {
            tr {
                th.short scope="row" { (name) }
                @for figure in &FIGURES {
                    td.num {
                        @if summary.count == 0 { "—" }
                        @else if can_be_bounded { (bounded(report, figure, (figure.of)(summary))) }
                        @else { (units::quantity((figure.of)(summary), Unit::Second)) }
                    }
                }
            }
        }
    };
    html! {
        div.scroll {
            table {
                thead { tr { th {} @for figure in &FIGURES { th.num { (figure.name) } } } }
                tbody {
                    (row("response", &report.response, true))
                    (row("service", &report.service, false))
                    (row("lateness", &report.lateness, false))
                    @if report.failed_response.count > 0 { (row("failed", &report.failed_response, false)) }
                }
            }
        }
    }
}

fn counts(shown: &Shown) -> Markup {
    let report = shown.report();
    let count = |count: u64| units::grouped(count as f64, 0);
    let all = &report.requests;
    let kinds = errors(report).into_iter().map(|(name, number)| format!("{name} {}", count(number)));
    let kinds: Vec<String> = kinds.collect();
    let statuses = report.statuses.iter().map(|(status, number)| format!("{status}: {}", count(*number)));
    let statuses: Vec<String> = statuses.collect();
    let cpu = units::quantity(report.client.cpu_per_request_s, Unit::Second);
    let entries = [
        ("planned", count(all.planned)),
        ("answered", count(all.completed)),
        ("failed", count(all.failed)),
        ("in flight", count(all.in_flight)),
        ("unsent", count(all.unsent)),
        ("offered", rate(report.rates.offered)),
        ("achieved", rate(report.rates.achieved)),
        ("errors", if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") }),
        ("statuses", if statuses.is_empty() { "none".to_owned() } else { statuses.join(", ") }),
        ("generator", format!("{cpu} of processor time for each answer")),
    ];
    html! { dl { @for (name, text) in entries { div { dt { (name) } dd { (text) } } } } }
}

fn reading() -> Markup {
    html! {
        section.reading {
            h2 { "How to read this" }
            p {
                "Response times count from when a request was due, and service times from when it was sent; lateness is \
                 the generator's own part between the two. With any verdict but “valid” the figures are not the \
                 server's alone. “≥” marks what requests without an answer could move: it is a lower bound."
            }
        }
    }
}
