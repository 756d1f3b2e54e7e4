//! A load for people: the verdict first, since without it no figure means anything.

use super::super::{harmless, units};
use super::{FIGURES, Shown, bounded, described, errors, rate, time};
use kymo_load::{LoadReport, Summary, VerdictKind};
use kymo_model::Unit;

/// The load as text.
pub fn text(shown: &Shown) -> String {
    let report = shown.report();
    let mut lines = vec![harmless::line(shown.url).into_owned(), described(shown.spec)];
    for member in shown.members {
        let state = member.lost.as_ref().map_or("took part".to_owned(), |why| format!("lost: {why}"));
        lines.push(
            harmless::line(&format!(
                "machine {}: {state}; its clock is {:+.3} ms ahead, give or take {:.3} ms",
                member.peer,
                member.clock.ahead_s * 1e3,
                member.clock.uncertainty_s * 1e3
            ))
            .into_owned(),
        );
    }
    lines.push(String::new());
    lines.extend(judged(report));
    lines.push(String::new());
    lines.extend(distributions(report));
    lines.push(String::new());
    lines.extend(counts(shown));
    lines.extend(report.notes.iter().map(|note| format!("note: {}", harmless::line(note))));
    lines.into_iter().fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

/// The verdict and its reasons.
pub fn judged(report: &LoadReport) -> Vec<String> {
    let kind = report.verdict.kind;
    let mut lines = vec![match kind {
        VerdictKind::Valid => "verdict: valid".to_owned(),
        VerdictKind::ClientLimited => {
            "verdict: client-limited: the figures are the generator's, not the server's".to_owned()
        }
        VerdictKind::Noisy => "verdict: noisy: something else disturbed the machine".to_owned(),
        VerdictKind::ServerOverloaded => format!("verdict: {}: the server did not keep up", kind.name()),
    }];
    lines.extend(report.verdict.reasons.iter().map(|reason| format!("  {}", harmless::line(reason))));
    lines
}

fn distributions(report: &LoadReport) -> Vec<String> {
    let mut rows = vec![std::iter::once(String::new()).chain(FIGURES.map(|figure| figure.name.to_owned())).collect()];
    let mut row = |name: &str, summary: &Summary, can_be_bounded: bool| {
        let cells = FIGURES.iter().map(|figure| match (figure.of)(summary) {
            _ if summary.count == 0 => "—".to_owned(),
            value if can_be_bounded => bounded(report, figure, value),
            value => units::quantity(value, Unit::Second),
        });
        rows.push(std::iter::once(name.to_owned()).chain(cells).collect::<Vec<String>>());
    };
    row("response", &report.response, true);
    row("service", &report.service, false);
    row("lateness", &report.lateness, false);
    if report.failed_response.count > 0 {
        row("failed", &report.failed_response, false);
    }
    aligned(&rows)
}

/// Rows of cells: the first to the left, the others to the right.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ")
    };
    rows.iter().map(line).collect()
}

fn counts(shown: &Shown) -> Vec<String> {
    let report = shown.report();
    let count = |count: u64| units::grouped(count as f64, 0);
    let all = &report.requests;
    let mut rows = vec![vec![
        "requests".to_owned(),
        format!(
            "{} planned: {} answered, {} failed, {} in flight, {} unsent",
            count(all.planned),
            count(all.completed),
            count(all.failed),
            count(all.in_flight),
            count(all.unsent)
        ),
    ]];
    let mut row = |name: &str, text: String| rows.push(vec![name.to_owned(), text]);
    if report.censored.count > 0 {
        row(
            "no answer",
            format!(
                "{} at the end, the oldest due {} before; percentiles from {} % on are lower bounds",
                count(report.censored.count),
                units::quantity(report.censored.age_max, Unit::Second),
                units::grouped(report.censored.percentile, 2)
            ),
        );
    }
    row("rate", format!("{} offered, {} achieved", rate(report.rates.offered), rate(report.rates.achieved)));
    let pairs = |pairs: Vec<(String, u64)>| {
        pairs.into_iter().map(|(name, number)| format!("{name} {}", count(number))).collect::<Vec<_>>().join(", ")
    };
    let kinds: Vec<(String, u64)> = errors(report).into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    row("errors", if kinds.is_empty() { "none".to_owned() } else { pairs(kinds) });
    if !report.statuses.is_empty() {
        let statuses = report.statuses.iter().map(|(status, count)| (format!("{status}:"), *count));
        row("statuses", pairs(statuses.collect()));
    }
    let connections = &report.connections;
    let connect = units::quantity(connections.connect.p50, Unit::Second);
    let worst = units::quantity(connections.connect.max, Unit::Second);
    let again =
        if connections.again > 0 { format!(", {} of them again", count(connections.again)) } else { String::new() };
    row(
        "connections",
        format!("{} made{again}; connecting took {connect} (p50), {worst} at most", count(connections.made)),
    );
    let bytes = |bytes: u64| units::quantity(bytes as f64, Unit::Byte);
    row("bytes", format!("{} read, {} written", bytes(report.bytes_read), bytes(report.bytes_written)));
    let client = &report.client;
    let busiest = client.threads.iter().map(|thread| thread.working).fold(0.0, f64::max);
    row(
        "generator",
        format!(
            "{} of processor time for each answer ({} in user space); its busiest thread worked {:.0} % of {}",
            units::quantity(client.cpu_per_request_s, Unit::Second),
            units::quantity(client.user_per_request_s, Unit::Second),
            busiest * 100.0,
            time(std::time::Duration::from_secs_f64(report.window_s.max(0.0)))
        ),
    );
    left(&rows)
}

/// Rows of a name and a text.
fn left(rows: &[Vec<String>]) -> Vec<String> {
    let width = rows.iter().map(|row| row[0].chars().count()).max().unwrap_or(0);
    rows.iter().map(|row| format!("{:<width$}  {}", row[0], row[1])).collect()
}
