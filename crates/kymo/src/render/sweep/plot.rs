//! Lines for a terminal: no colour is needed to tell them apart.

use super::super::harmless;
use super::canvas::{Canvas, SEVERAL};
use super::cost;
use super::scale::{Across, Tick, Up};
use kymo_lab::analysis::sweep::{Axis, Chart, Swept};
use unicode_width::UnicodeWidthStr;

/// Size of the field, in characters: with its labels it fits a terminal of 80.
const WIDTH: usize = 66;
const HEIGHT: usize = 15;

/// The lines of a chart; `None` where nothing was measured, or there is one point only.
pub fn plot(swept: &Swept, chart: &Chart) -> Option<String> {
    let up = Up::of(chart).filter(|_| swept.points.len() > 1)?;
    let across = Across::of(swept);
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let mut shared = false;
    for line in 0..swept.lines.len() {
        let places = places(chart, line, &across, &up);
        // A gap ends a line: nothing is drawn over what was not measured. Categories have nothing between them.
        for pair in places.windows(2).filter(|_| swept.axis != Axis::Category) {
            if let [Some(from), Some(to)] = pair {
                canvas.line(*from, *to);
            }
        }
    }
    for line in 0..swept.lines.len() {
        for place in places(chart, line, &across, &up).into_iter().flatten() {
            shared |= canvas.mark(place, mark(line));
        }
    }
    let mut out = String::new();
    let log = if up.log { " (log scale)" } else { "" };
    out.push_str(&format!("{}{log}\n", chart.table.metric));
    let labels = row_labels(&up.ticks);
    let margin = labels.iter().map(|label| label.width()).max().unwrap_or(0);
    for (row, label) in canvas.rows().iter().zip(&labels) {
        let tick = if label.is_empty() { '│' } else { '┤' };
        let pad = margin - label.width();
        out.push_str(format!("{:pad$}{label} {tick}{row}", "").trim_end());
        out.push('\n');
    }
    out.push_str(&feet(&across, margin));
    out.push_str(&legend(swept, shared));
    Some(out)
}

/// Where a line's points are; `None` for a gap.
pub fn places(chart: &Chart, line: usize, across: &Across, up: &Up) -> Vec<Option<(f64, f64)>> {
    let rows = chart.table.rows.iter().zip(&across.ticks);
    rows.map(|(row, tick)| Some((tick.at, up.at(cost(chart, row.cells.get(line)?)?.value)))).collect()
}

/// For each row of the field the label of the tick that lies in it.
fn row_labels(ticks: &[Tick]) -> Vec<String> {
    let mut labels = vec![String::new(); HEIGHT];
    for tick in ticks {
        let row = ((1.0 - tick.at) * (HEIGHT - 1) as f64).round() as usize;
        if let Some(label) = labels.get_mut(row) {
            label.clone_from(&tick.label);
        }
    }
    labels
}

/// The axis below the field, its labels as far as there is room for them, and what it is.
fn feet(across: &Across, margin: usize) -> String {
    let mut axis = vec!['─'; WIDTH];
    let mut labels = String::new();
    let mut used = 0;
    let last = across.ticks.len().saturating_sub(1);
    for (number, tick) in across.ticks.iter().enumerate() {
        let column = (tick.at * (WIDTH - 1) as f64).round() as usize;
        axis[column] = '┬';
        let width = tick.label.width();
        let start = (column + 1).saturating_sub(width.div_ceil(2)).min((WIDTH + 2).saturating_sub(width));
        // The last label is worth more than one just before it.
        let room = if number == last { WIDTH + 2 } else { reserved(across, last) };
        if (start >= used || used == 0) && start + width <= room {
            let gap = start.saturating_sub(labels.width());
            labels.push_str(&" ".repeat(gap));
            labels.push_str(&tick.label);
            used = start + width + 1;
        }
    }
    let indent = " ".repeat(margin);
    let axis: String = axis.into_iter().collect();
    let title = harmless::line(&across.title);
    let middle = " ".repeat(WIDTH.saturating_sub(title.width()) / 2);
    format!("{indent} └{axis}\n{indent}  {labels}\n{indent}  {middle}{title}\n\n")
}

/// The column at which the last label begins, less a space.
fn reserved(across: &Across, last: usize) -> usize {
    let width = across.ticks.get(last).map_or(0, |tick| tick.label.width());
    (WIDTH + 1).saturating_sub(width).saturating_sub(width.div_ceil(2))
}

/// The mark of a line: a letter; beyond the alphabet, what stands for several.
fn mark(line: usize) -> char {
    ('a'..='z').chain('A'..='Z').nth(line).unwrap_or(SEVERAL)
}

fn legend(swept: &Swept, shared: bool) -> String {
    let lines = swept.lines.iter().enumerate();
    let mut names: Vec<String> =
        lines.map(|(line, own)| format!("{} {}", mark(line), harmless::line(&own.name))).collect();
    if shared {
        names.push(format!("{SEVERAL} several"));
    }
    let mut out = String::new();
    let mut row = String::new();
    for name in names {
        if !row.is_empty() && row.width() + 3 + name.width() > WIDTH + 8 {
            out.push_str(&row);
            out.push('\n');
            row.clear();
        }
        if !row.is_empty() {
            row.push_str("   ");
        }
        row.push_str(&name);
    }
    format!("{out}{row}\n")
}
