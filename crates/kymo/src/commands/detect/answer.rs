//! What `kymo detect` says of a bare series, as a document and as text.

use super::input::Series;
use crate::columns::columns;
use crate::render::harmless;
use crate::render::spark::spark;
use crate::render::units::{counted, decimals_for, percent, signed};
use kymo_stats::plain::{Plain, Scale};
use kymo_stats::steps::{SEGMENT_MIN, Step};
use serde::Serialize;

/// Widest line of blocks, in characters.
const SPARK_WIDTH: usize = 72;

/// The answer.
#[derive(Serialize)]
pub struct Answer {
    changes: Vec<Change>,
    /// How many values were read.
    points: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

/// A change of the level.
#[derive(Serialize)]
struct Change {
    /// The first point after it, counted from 0.
    index: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    commit: Option<String>,
    /// First and last point that may be the first after it, at 95 %.
    indices: [usize; 2],
    /// The same as commits.
    #[serde(skip_serializing_if = "Option::is_none")]
    range: Option<[String; 2]>,
    /// How far the level moved.
    size: f64,
    /// What `size` and `interval` are in.
    unit: Unit,
    /// The 95 % interval of the size; none if the series has no noise.
    interval: Option<[f64; 2]>,
    /// How much the level rises from point to point before and after it, in `unit`; none if both are level.
    #[serde(skip_serializing_if = "Option::is_none")]
    slopes: Option<[f64; 2]>,
    confidence: f64,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Unit {
    /// A part of the level before: 0.05 is +5 %.
    Relative,
    /// The unit of the values.
    Value,
}

impl Answer {
    /// What the detector found, said of `series`.
    pub fn new(series: &Series, found: Option<Plain>) -> Answer {
        let points = series.points.len();
        let Some(plain) = found else {
            let least = 2 * SEGMENT_MIN;
            let note = match points < least {
                true => format!("{} are too few to see a change: it takes {least}", counted(points, "value")),
                false => "the values are too large or too far apart to be looked at".to_owned(),
            };
            return Answer { changes: Vec::new(), points, note: Some(note) };
        };
        let note = (plain.scale == Scale::Raw)
            .then(|| "not all values are positive, so sizes are differences in their unit".to_owned());
        let changes = plain.found.steps.iter().map(|step| Change::new(series, step, plain.scale)).collect();
        Answer { changes, points, note }
    }

    /// For people: the series as a line, and a table.
    pub fn text(&self, series: &Series, values: &[f64], colour: bool) -> String {
        let changes =
            if self.changes.is_empty() { "no change".to_owned() } else { counted(self.changes.len(), "change") };
        let mut text = format!("{}: {}, {changes}\n", harmless::line(&series.name), counted(self.points, "value"));
        if !values.is_empty() {
            text.push_str(&format!("{}\n", spark(values, SPARK_WIDTH)));
        }
        if !self.changes.is_empty() {
            let head = ["at", "size", "95 % interval", "confidence", "may be at", "a point"];
            let mut rows = vec![head.map(str::to_owned).to_vec()];
            rows.extend(self.changes.iter().map(Change::row));
            // Most series have no slopes.
            if self.changes.iter().all(|change| change.slopes.is_none()) {
                rows.iter_mut().for_each(|row| row.truncate(head.len() - 1));
            }
            text.push('\n');
            text.push_str(&columns(&rows, colour));
        }
        if let Some(note) = &self.note {
            text.push_str(&format!("\nNote: {note}.\n"));
        }
        text
    }
}

impl Change {
    fn new(series: &Series, step: &Step, scale: Scale) -> Change {
        let commit = |at: usize| series.points.get(at).and_then(|point| point.commit.clone());
        let size = |difference: f64| match scale {
            Scale::Log => difference.exp_m1(),
            Scale::Raw => difference,
        };
        let (first, last) = (step.range.start, step.range.end - 1);
        Change {
            index: step.at,
            commit: commit(step.at),
            indices: [first, last],
            range: commit(first).zip(commit(last)).map(|(first, last)| [first, last]),
            size: size(step.diff_log),
            unit: if scale == Scale::Log { Unit::Relative } else { Unit::Value },
            interval: step.interval_log.map(|(lo, hi)| [size(lo), size(hi)]),
            slopes: step.slopes_log.map(|(before, after)| [size(before), size(after)]),
            confidence: step.confidence,
        }
    }

    fn row(&self) -> Vec<String> {
        let size = |size: f64| match self.unit {
            Unit::Relative => percent(size),
            Unit::Value => signed(size, decimals_for(size)),
        };
        // From point to point it is little.
        let slope = |slope: f64| match self.unit {
            Unit::Relative => format!("{} %", signed(100.0 * slope, 2)),
            Unit::Value => size(slope),
        };
        let named = |name: Option<&String>, index: usize| match name {
            Some(name) => harmless::line(name).into_owned(),
            None => index.to_string(),
        };
        let [first, last] = self.indices;
        let names = self.range.as_ref();
        let place = match first == last {
            true => named(self.commit.as_ref(), first),
            false => {
                let (from, to) = (named(names.map(|n| &n[0]), first), named(names.map(|n| &n[1]), last));
                format!("{from} to {to} ({} points)", last - first + 1)
            }
        };
        vec![
            named(self.commit.as_ref(), self.index),
            size(self.size),
            self.interval.map_or_else(|| "exact".to_owned(), |[lo, hi]| format!("{} to {}", size(lo), size(hi))),
            self.interval.map_or_else(|| "100 %".to_owned(), |_| confidence(self.confidence)),
            place,
            self.slopes.map_or_else(String::new, |[before, after]| format!("{} to {}", slope(before), slope(after))),
        ]
    }
}

/// Never rounded up to certainty.
fn confidence(confidence: f64) -> String {
    if confidence > 0.9995 { "> 99.9 %".to_owned() } else { format!("{:.1} %", 100.0 * confidence) }
}
