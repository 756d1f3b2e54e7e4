//! Ratios as dots with their intervals, a picture for each table.
//!
//! Places are shares of the picture's width and heights are pixels: it is as wide as the page is, and its letters stay as
//! large as all others.

use super::axis::Axis;
use super::line;
use super::mark::Mark;
use crate::render::units;
use kymo_lab::analysis::{Difference, Table};
use kymo_stats::Interval;
use maud::{Markup, html};

/// Height of a row, in pixels.
const ROW: usize = 22;

/// Height of the axis below the rows, in pixels.
const FOOT: usize = 24;

/// Width of a letter, in pixels: names are measured by it, since a file knows no fonts.
const LETTER: f64 = 7.6;

/// Width of the page on the narrowest screens, in pixels.
const NARROW: f64 = 340.0;

/// Room for names, in percent: no more than this, so that there is room for dots.
const NAMES: (f64, f64) = (14.0, 45.0);

/// Right end of the axis, in percent: half a label stands beyond it.
const RIGHT: f64 = 96.0;

/// A row of the picture.
struct Entry {
    name: String,
    /// Whether it stands below a heading.
    indented: bool,
    dot: Option<Dot>,
}

/// A ratio with its interval.
struct Dot {
    mark: Mark,
    ratio: f64,
    interval: Option<Interval>,
    /// The margin within which two sides are the same, relative.
    margin: Option<f64>,
}

/// The ratios of a table to its first variant; `None` where it has none.
pub fn plot(table: &Table) -> Option<Markup> {
    let entries = entries(table);
    let dots = || entries.iter().filter_map(|entry| entry.dot.as_ref());
    // Where all is equal, exactly, a picture would show nothing.
    dots().find(|dot| dot.interval.is_some() || dot.ratio != 1.0)?;
    let ends = |dot: &Dot| {
        let ends = dot.interval.map_or([dot.ratio; 2], |interval| [interval.lo, interval.hi]);
        let margin = dot.margin.map_or(1.0, |margin| 1.0 + margin);
        [dot.ratio, ends[0], ends[1], margin, 1.0 / margin]
    };
    let axis = Axis::of(dots().flat_map(ends));
    let named = entries.iter().filter(|entry| entry.dot.is_some());
    let longest = named.map(|entry| entry.name.chars().count() + usize::from(entry.indented)).max()?;
    let left = (longest as f64 * LETTER / NARROW * 100.0).clamp(NAMES.0, NAMES.1);
    let place = Place { axis: &axis, left };
    let base = table.variants.first().map_or("", String::as_str);
    let height = entries.len() * ROW + FOOT;
    let label = format!("ratios of {} · {} to {base}, with 95 % intervals", table.phase, table.metric);
    Some(html! {
        figure {
            figcaption { "Ratio to " bdi { (line(base)) } ", 95 % interval; below 1 costs less; the band is the margin" }
            svg.ratios width="100%" height=(height) role="img" aria-label=(line(&label)) {
                @for (number, entry) in entries.iter().enumerate() {
                    @if let Some(margin) = entry.dot.as_ref().and_then(|dot| dot.margin) {
                        (place.band(number * ROW, margin))
                    }
                }
                @for (value, label) in &axis.ticks { (place.tick(*value, label, entries.len() * ROW)) }
                @for (number, entry) in entries.iter().enumerate() { (place.entry(number * ROW, entry)) }
            }
        }
    })
}

/// The rows: a benchmark each; where several variants are compared, they stand below its name.
fn entries(table: &Table) -> Vec<Entry> {
    let several = table.variants.len() > 2;
    let mut entries = Vec::new();
    for row in &table.rows {
        let dots: Vec<(usize, Dot)> =
            row.cells.iter().enumerate().filter_map(|(variant, cell)| Some((variant, dot(cell.judged()?)?))).collect();
        let benchmark = line(row.benchmark.as_str());
        match dots.len() {
            0 => {}
            _ if several => {
                entries.push(Entry { name: benchmark, indented: false, dot: None });
                entries.extend(dots.into_iter().map(|(variant, dot)| Entry {
                    name: line(&table.variants[variant]),
                    indented: true,
                    dot: Some(dot),
                }));
            }
            _ => {
                let dots = dots.into_iter();
                entries.extend(dots.map(|(_, dot)| Entry { name: benchmark.clone(), indented: false, dot: Some(dot) }));
            }
        }
    }
    let means = table.means.iter().enumerate().filter_map(|(variant, mean)| Some((variant, mean.as_ref()?.shown())));
    let means: Vec<Entry> = means
        .map(|(variant, mean)| {
            let interval = mean.dof.map(|_| mean.ratio_ci95());
            let dot = Dot { mark: Mark::Mean, ratio: mean.ratio(), interval, margin: None };
            let name = if several { line(&table.variants[variant]) } else { "geometric mean".to_owned() };
            Entry { name, indented: several, dot: Some(dot) }
        })
        .collect();
    if several && !means.is_empty() {
        entries.push(Entry { name: "geometric mean".to_owned(), indented: false, dot: None });
    }
    entries.extend(means);
    entries
}

fn dot(judged: &kymo_lab::analysis::Judged) -> Option<Dot> {
    let Difference::Ratio(comparison) = &judged.difference else { return None };
    // Exact figures have no interval, and a difference of a byte is one.
    let noisy = comparison.method != kymo_stats::Method::Exact;
    Some(Dot {
        mark: Mark::of(judged)?,
        ratio: comparison.ratio(),
        interval: comparison.ratio_ci95().filter(|_| noisy),
        margin: noisy.then(|| judged.margin.delta()),
    })
}

/// Where things are.
struct Place<'a> {
    axis: &'a Axis,
    /// Left end of the axis, in percent.
    left: f64,
}

impl Place<'_> {
    /// Where a ratio is, as a share of the width.
    fn x(&self, ratio: f64) -> String {
        format!("{:.2}%", self.percent(ratio))
    }

    fn percent(&self, ratio: f64) -> f64 {
        self.left + 1.0 + self.axis.at(ratio) * (RIGHT - self.left - 1.0)
    }

    fn band(&self, top: usize, margin: f64) -> Markup {
        let (lo, hi) = (self.percent(1.0 / (1.0 + margin)), self.percent(1.0 + margin));
        let (x, width) = (format!("{lo:.2}%"), format!("{:.2}%", hi - lo));
        html! { rect.band x=(x) y=(top) width=(width) height=(ROW) {} }
    }

    fn tick(&self, value: f64, label: &str, bottom: usize) -> Markup {
        let x = self.x(value);
        let class = if (value - 1.0).abs() < 1e-9 { "one" } else { "rule" };
        html! {
            line class=(class) x1=(x) x2=(x) y1="0" y2=(bottom + 4) {}
            text.tick x=(x) y=(bottom + 18) { (label) }
        }
    }

    fn entry(&self, top: usize, entry: &Entry) -> Markup {
        let middle = top + ROW / 2;
        // A heading has no dot beside it.
        let width = if entry.dot.is_some() { format!("{:.2}%", self.left) } else { "100%".to_owned() };
        html! {
            // A picture within the picture ends a name that has no room.
            svg x="0" y=(top) width=(width) height=(ROW) {
                text class=[(!entry.indented && entry.dot.is_none()).then_some("group")] x=(if entry.indented { 10 } else { 0 })
                    y=(ROW / 2 + 4) { (entry.name) }
            }
            @if let Some(dot) = &entry.dot {
                g class=(dot.mark.class()) {
                    title { (entry.name) ": " (said(dot)) }
                    @if let Some(interval) = dot.interval {
                        line.interval x1=(self.x(interval.lo)) x2=(self.x(interval.hi)) y1=(middle) y2=(middle) {}
                    }
                    svg.dot x=(self.x(dot.ratio)) y=(middle) { path d=(dot.mark.outline()) {} }
                }
            }
        }
    }
}

fn said(dot: &Dot) -> String {
    let decimals = units::ratio_decimals(dot.ratio);
    let interval = dot.interval.map(|interval| {
        format!(" ({} to {})", units::grouped(interval.lo, decimals), units::grouped(interval.hi, decimals))
    });
    format!("{}{}", units::ratio(dot.ratio), interval.unwrap_or_default())
}
