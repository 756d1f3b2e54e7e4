//! A sweep as people and programs read it: tables, lines drawn with characters, a picture, records.

mod canvas;
pub(super) mod findings;
mod plot;
mod records;
mod scale;
pub(super) mod sheet;
mod svg;

pub use records::csv;
pub use svg::svg;
pub(super) use svg::{drawn, sheet as style_sheet};

use super::grid::{Style, Tone};
use super::shown::{Figure, figure};
use super::tables::Look;
use super::{harmless, markdown as marks, units};
use kymo_lab::analysis::sweep::{Chart, Swept};
use kymo_lab::analysis::{Cell, Table};
use kymo_model::{Run, metric::Nature};
use sheet::Sheet;

/// Tables and plots for a terminal. Every line ends with a newline.
pub fn text(swept: &Swept, look: &Look) -> String {
    let style = Style { colour: look.colour };
    let charts: Vec<String> = swept.charts.iter().map(|chart| chart_text(swept, chart, style)).collect();
    charts.join("\n\n")
}

fn chart_text(swept: &Swept, chart: &Chart, style: Style) -> String {
    let mut parts = vec![format!(
        "{} — {}\n\n{}",
        style.paint(&name(swept, chart), Tone::Bold),
        method(chart),
        Sheet::of_values(swept, chart).text(style)
    )];
    parts.extend(plot::plot(swept, chart));
    if let Some((title, ratios)) = Sheet::of_ratios(swept, chart) {
        parts.push(format!("{title}\n\n{}", ratios.text(style)));
    }
    let findings = findings::of(swept, chart);
    if !findings.is_empty() {
        parts.push(findings.iter().map(|finding| format!("{finding}\n")).collect());
    }
    parts.join("\n")
}

/// Tables for pull requests and wikis.
pub fn markdown(swept: &Swept) -> String {
    let chart = |chart: &Chart| {
        let mut parts = vec![
            format!("### {}\n\n{}\n", marks::escaped(&name(swept, chart)), marks::escaped(&method(chart))),
            Sheet::of_values(swept, chart).markdown(),
        ];
        if let Some((title, ratios)) = Sheet::of_ratios(swept, chart) {
            parts.push(format!("{}\n", marks::escaped(&title)));
            parts.push(ratios.markdown());
        }
        let findings = findings::of(swept, chart);
        if !findings.is_empty() {
            parts.push(findings.iter().map(|finding| format!("- {}\n", marks::escaped(finding))).collect());
        }
        parts.join("\n")
    };
    swept.charts.iter().map(chart).collect::<Vec<_>>().join("\n")
}

/// The notes on a sweep, the most urgent first.
pub fn notes(run: &Run, swept: &Swept) -> Vec<String> {
    let tables: Vec<Table> = swept.charts.iter().map(|chart| chart.table.clone()).collect();
    let mut notes = super::notes(run, &tables, &[]);
    notes.extend(remarks(swept));
    notes
}

/// What must be said of the comparisons of a sweep.
pub fn remarks(swept: &Swept) -> impl Iterator<Item = String> {
    swept.remarks.iter().map(|remark| (*remark).to_owned())
}

/// What a chart shows: `execute · wall_time per fibers`.
pub(super) fn name(swept: &Swept, chart: &Chart) -> String {
    let per = swept.per.as_ref().map(|per| format!(" per {per}")).unwrap_or_default();
    harmless::line(&format!("{} · {}{per}", chart.table.phase, chart.table.metric)).into_owned()
}

/// How to read the figures.
pub(super) fn method(chart: &Chart) -> String {
    let mut counts = cells(chart).filter_map(|cell| match cell {
        Cell::Measured { n, .. } => Some(*n),
        _ => None,
    });
    let processes = match counts.next() {
        None => return "nothing was measured".to_owned(),
        Some(first) if counts.all(|n| n == first) => units::counted(first, "process"),
        Some(_) => "processes".to_owned(),
    };
    let varies = cells(chart).filter_map(figure).any(|figure| figure.varies);
    match chart.table.metric.nature() {
        Nature::ReachesZero => format!("mean of {processes}"),
        Nature::Exact if !varies => format!("exact, the same in {processes}"),
        _ => format!("geometric mean of {processes}, 95 % interval"),
    }
}

fn cells(chart: &Chart) -> impl Iterator<Item = &Cell> {
    chart.table.rows.iter().flat_map(|row| &row.cells)
}

/// The figure of a cell of a chart; `None` where nothing was measured. Along a line it is one kind of mean: where a cost of
/// zero is ordinary, the arithmetic one, and an interval stands only where there is a spread.
fn cost(chart: &Chart, cell: &Cell) -> Option<Figure> {
    let figure = figure(cell)?;
    Some(match (chart.table.metric.nature(), cell) {
        (Nature::ReachesZero, Cell::Measured { mean, .. }) => Figure { value: *mean, ci95: None, ..figure },
        (Nature::Exact, _) if !figure.varies => Figure { ci95: None, ..figure },
        _ => figure,
    })
}
