//! Plots of a load: response times by percentile, and over time. Places are in the units of the picture's view box.

use super::super::units::{self, Scale};
use hdrhistogram::Histogram;
use kymo_load::Interval;
use kymo_model::Unit;
use maud::{Markup, html};

/// The picture's size.
const SIZE: (f64, f64) = (800.0, 300.0);

/// Room for the labels: left, right, above, below.
const ROOM: (f64, f64, f64, f64) = (74.0, 32.0, 12.0, 40.0);

/// Most points of a line: more would not be told apart, and the file shall be small.
const POINTS_MAX: usize = 400;

/// A line.
struct Line {
    name: &'static str,
    class: &'static str,
    points: Vec<(f64, f64)>,
}

/// An axis: its ends, and its ticks with what they say.
struct Axis {
    ends: (f64, f64),
    log: bool,
    ticks: Vec<(f64, String)>,
}

impl Axis {
    /// Where a value is, from 0 to 1.
    fn at(&self, value: f64) -> f64 {
        let (lo, hi) = self.ends;
        let share = if self.log { (value / lo).ln() / (hi / lo).ln() } else { (value - lo) / (hi - lo) };
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 }
    }

    /// An axis of decades around these positive values.
    fn decades(values: impl Iterator<Item = f64>, unit: Unit) -> Option<Self> {
        let (lo, hi) = values
            .filter(|value| *value > 0.0)
            .fold((f64::INFINITY, 0.0_f64), |(lo, hi), value| (lo.min(value), hi.max(value)));
        if !lo.is_finite() {
            return None;
        }
        let (first, last) = (lo.log10().floor() as i32, (hi * 1.000_001).log10().ceil() as i32);
        let ticks = (first..=last.max(first + 1)).map(|power| {
            let value = 10f64.powi(power);
            let scale = Scale::of(value, unit);
            (value, format!("{:.0} {}", value / scale.factor, scale.symbol))
        });
        let ticks: Vec<(f64, String)> = ticks.collect();
        Some(Self { ends: (ticks.first()?.0, ticks.last()?.0), log: true, ticks })
    }

    /// An axis from 0 to the next round number.
    fn linear(hi: f64, label: impl Fn(f64) -> String) -> Self {
        let rough = (hi / 5.0).max(f64::MIN_POSITIVE);
        let power = 10f64.powf(rough.log10().floor());
        let step =
            [1.0, 2.0, 5.0, 10.0].into_iter().map(|one| one * power).find(|step| *step >= rough).unwrap_or(rough);
        let count = (hi / step).ceil().max(1.0) as usize;
        let ticks = (0..=count).map(|tick| (tick as f64 * step, label(tick as f64 * step)));
        Self { ends: (0.0, count as f64 * step), log: false, ticks: ticks.collect() }
    }
}

/// Response, service and lateness by percentile: the axis of HdrHistogram, on which every nine has the same room.
pub fn by_percentile(response: &Histogram<u64>, service: &Histogram<u64>, lateness: &Histogram<u64>) -> Option<Markup> {
    let line = |name, class, histogram: &Histogram<u64>| {
        let points = histogram.iter_quantiles(10).map(|one| {
            let nines = -(1.0 - one.quantile_iterated_to()).max(1e-9).log10();
            (nines, one.value_iterated_to() as f64 / 1e9)
        });
        Line { name, class, points: points.filter(|(_, value)| *value > 0.0).collect() }
    };
    // What is beyond the last sample is no percentile of this load.
    let nines = (response.len().max(10) as f64).log10().ceil();
    let mut lines = [line("response", "a", response), line("service", "b", service), line("lateness", "c", lateness)];
    for line in &mut lines {
        line.points.retain_mut(|point| {
            point.0 = point.0.min(nines);
            true
        });
    }
    let up = Axis::decades(lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)), Unit::Second)?;
    let ticks = (0..=nines as i32).map(|nine| {
        let percent = 100.0 - 10f64.powi(2 - nine);
        let decimals = (nine - 2).max(0) as usize;
        (f64::from(nine), if nine == 0 { "0 %".to_owned() } else { format!("{percent:.decimals$} %") })
    });
    let across = Axis { ends: (0.0, nines), log: false, ticks: ticks.collect() };
    Some(picture("Times by percentile", &across, &up, &lines))
}

/// Response times over time.
pub fn over_time(series: &[Interval]) -> Option<Markup> {
    let end = series.last()?.start;
    let begin = series.first()?.start.min(0.0);
    let line = |name, class, of: fn(&Interval) -> f64| {
        let with = series.iter().filter(|one| one.response.count > 0);
        Line { name, class, points: thinned(with.map(|one| (one.start, of(one))).collect()) }
    };
    let lines = [
        line("max", "d", |one| one.response.max),
        line("p99", "a", |one| one.response.p99),
        line("p50", "b", |one| one.response.p50),
        line("lateness p99", "c", |one| one.lateness.p99),
    ];
    let up = Axis::decades(lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)), Unit::Second)?;
    Some(picture("Response time over time", &seconds(begin, end), &up, &lines))
}

/// Rates over time.
pub fn rates(series: &[Interval]) -> Option<Markup> {
    let (first, second) = (series.first()?, series.get(1)?);
    let width = second.start - first.start;
    let end = series.last()?.start;
    let line = |name, class, of: fn(&Interval) -> u64| {
        let points = series.iter().map(|one| (one.start, of(one) as f64 / width)).collect();
        Line { name, class, points: thinned(points) }
    };
    let mut lines = vec![line("planned", "c", |one| one.planned), line("answered", "b", |one| one.completed)];
    if series.iter().any(|one| one.failed > 0) {
        lines.push(line("failed", "d", |one| one.failed));
    }
    let highest = lines.iter().flat_map(|line| line.points.iter().map(|point| point.1)).fold(0.0, f64::max);
    let up = Axis::linear(highest, |value| format!("{}/s", units::grouped(value, 0)));
    Some(picture("Requests a second", &seconds(first.start.min(0.0), end), &up, &lines))
}

/// An axis of seconds; what is before 0 is the warm-up.
fn seconds(begin: f64, end: f64) -> Axis {
    let mut axis = Axis::linear(end.max(0.1), |value| {
        let decimals = if value.fract() == 0.0 { 0 } else { 1 };
        format!("{value:.decimals$} s")
    });
    axis.ends = (begin, end.max(begin + 0.1));
    axis.ticks.retain(|tick| tick.0 <= axis.ends.1);
    axis
}

/// At most [`POINTS_MAX`] points: of each stretch the highest, so that no spike is lost.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    let each = points.len().div_ceil(POINTS_MAX).max(1);
    let highest = |some: &[(f64, f64)]| some.iter().copied().max_by(|a, b| a.1.total_cmp(&b.1));
    points.chunks(each).filter_map(highest).collect()
}

fn picture(title: &str, across: &Axis, up: &Axis, lines: &[Line]) -> Markup {
    let (left, right, above, below) = ROOM;
    let x = |value: f64| left + across.at(value) * (SIZE.0 - left - right);
    let y = |value: f64| SIZE.1 - below - up.at(value) * (SIZE.1 - above - below);
    let path = |line: &Line| {
        let steps = line.points.iter().enumerate().map(|(number, point)| {
            format!("{}{:.1} {:.1}", if number == 0 { 'M' } else { 'L' }, x(point.0), y(point.1))
        });
        steps.collect::<String>()
    };
    let shown: Vec<&Line> = lines.iter().filter(|line| !line.points.is_empty()).collect();
    let names: Vec<&str> = shown.iter().map(|line| line.name).collect();
    html! {
        figure {
            figcaption {
                (title) ": "
                @for (number, line) in shown.iter().enumerate() {
                    @if number > 0 { ", " }
                    span class={ "key " (line.class) } { (line.name) }
                }
            }
            svg.plot viewBox={ "0 0 " (SIZE.0) " " (SIZE.1) } role="img" aria-label={ (title) ": " (names.join(", ")) } {
                @for (value, label) in &up.ticks {
                    line.rule x1=(left) x2=(SIZE.0 - right) y1=(format!("{:.1}", y(*value))) y2=(format!("{:.1}", y(*value))) {}
                    text.left x=(left - 8.0) y=(format!("{:.1}", y(*value) + 4.0)) { (label) }
                }
                @for (value, label) in &across.ticks {
                    line.rule x1=(format!("{:.1}", x(*value))) x2=(format!("{:.1}", x(*value))) y1=(above) y2=(SIZE.1 - below) {}
                    text.below x=(format!("{:.1}", x(*value))) y=(SIZE.1 - below + 20.0) { (label) }
                }
                @for line in &shown { path class=(line.class) d=(path(line)) {} }
            }
        }
    }
}
