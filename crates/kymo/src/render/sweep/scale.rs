//! From quantities to places on an axis, from 0 to 1, and the ticks that say what is where.

use super::super::units::{self, Scale};
use super::{cells, cost};
use kymo_lab::analysis::sweep::{Axis, Chart, Swept};
use kymo_model::Unit;

/// Costs that span at least this factor are shown as logarithms: on a linear axis the small ones would lie on the ground.
const SPAN_FOR_LOG: f64 = 20.0;

/// Most ticks of the axis of costs.
const TICKS_MAX: usize = 7;

/// A tick.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Where it is.
    pub at: f64,
    /// What it says.
    pub label: String,
}

/// The axis of the parameter.
pub struct Across {
    /// A tick for each point, in their order.
    pub ticks: Vec<Tick>,
    /// What the axis is: `depth`, `fibers (log scale)`.
    pub title: String,
}

impl Across {
    /// The axis of a sweep.
    pub fn of(swept: &Swept) -> Self {
        let number = |place: f64| if swept.axis == Axis::Log { place.ln() } else { place };
        let numbers: Vec<f64> = match swept.axis {
            Axis::Category => (0..swept.points.len()).map(|place| place as f64).collect(),
            _ => swept.points.iter().map(|point| number(point.place.unwrap_or(0.0))).collect(),
        };
        let (lo, hi) = ends(&numbers).unwrap_or((0.0, 0.0));
        // A single point stands in the middle.
        let at = |number: f64| if hi > lo { (number - lo) / (hi - lo) } else { 0.5 };
        let label = |text: &str| {
            text.parse()
                .ok()
                .filter(|number: &f64| number.fract() == 0.0 && number.abs() < 1e15)
                .map_or_else(|| text.to_owned(), |number| units::grouped(number, 0))
        };
        let ticks = numbers.iter().zip(&swept.points);
        let ticks = ticks.map(|(number, point)| Tick { at: at(*number), label: label(&point.text) }).collect();
        let log = if swept.axis == Axis::Log { " (log scale)" } else { "" };
        Self { ticks, title: format!("{}{log}", swept.parameter) }
    }
}

fn ends(numbers: &[f64]) -> Option<(f64, f64)> {
    let lo = numbers.iter().copied().reduce(f64::min)?;
    Some((lo, numbers.iter().copied().reduce(f64::max)?))
}

/// The axis of the costs.
#[derive(Debug)]
pub struct Up {
    lo: f64,
    hi: f64,
    /// Whether it is one of logarithms.
    pub log: bool,
    /// Its ticks, upwards.
    pub ticks: Vec<Tick>,
}

impl Up {
    /// The axis of a chart; `None` where nothing was measured.
    pub fn of(chart: &Chart) -> Option<Self> {
        let figures = cells(chart).filter_map(|cell| cost(chart, cell));
        let numbers = figures.flat_map(|figure| {
            let interval = figure.ci95.map(|interval| [interval.lo, interval.hi]);
            std::iter::once(figure.value).chain(interval.into_iter().flatten())
        });
        Self::new(&numbers.collect::<Vec<_>>(), chart.table.metric.unit())
    }

    /// An axis for these numbers, none of them negative.
    fn new(numbers: &[f64], unit: Unit) -> Option<Self> {
        let (lo, hi) = ends(numbers)?;
        let log = lo > 0.0 && hi / lo >= SPAN_FOR_LOG;
        Some(if log { Self::of_logs(lo, hi, unit) } else { Self::linear(hi, unit) })
    }

    /// From nothing up: what is twice as high costs twice as much.
    fn linear(highest: f64, unit: Unit) -> Self {
        let scale = Scale::of(highest, unit);
        let highest = highest / scale.factor;
        let step = if highest > 0.0 { round_step(highest / 4.0) } else { 1.0 };
        let steps = (highest / step).ceil().max(1.0);
        let hi = steps * step * scale.factor;
        let ticks = (0..=steps as usize).map(|number| {
            let value = number as f64 * step;
            Tick { at: value / (steps * step), label: label(value, scale) }
        });
        Self { lo: 0.0, hi, log: false, ticks: ticks.collect() }
    }

    fn of_logs(lowest: f64, highest: f64, unit: Unit) -> Self {
        // Room above and below, so that no point lies on the frame.
        const ROOM: f64 = 1.15;
        let mut axis = Self { lo: lowest / ROOM, hi: highest * ROOM, log: true, ticks: Vec::new() };
        let candidates = if unit == Unit::Byte { axis.powers_of_two() } else { axis.decades() };
        axis.ticks =
            candidates.into_iter().map(|value| Tick { at: axis.at(value), label: label_of(value, unit) }).collect();
        axis
    }

    /// 1, 2, 5, 10 … where they are few enough, else every decade, every second …
    fn decades(&self) -> Vec<f64> {
        let (first, last) = (self.lo.log10().floor() as i32, self.hi.log10().ceil() as i32);
        let inside = |factors: &[f64], every: i32| {
            let decades = (first..=last).filter(move |decade| decade.rem_euclid(every) == 0);
            let all = decades.flat_map(|decade| factors.iter().map(move |factor| factor * 10f64.powi(decade)));
            all.filter(|value| (self.lo..=self.hi).contains(value)).collect::<Vec<f64>>()
        };
        let sets = [inside(&[1.0, 2.0, 5.0], 1), inside(&[1.0], 1), inside(&[1.0], 2)];
        sets.into_iter().find(|set| set.len() <= TICKS_MAX).unwrap_or_else(|| inside(&[1.0], 3))
    }

    fn powers_of_two(&self) -> Vec<f64> {
        let (first, last) = (self.lo.log2().ceil() as i32, self.hi.log2().floor() as i32);
        let count = (last - first + 1).max(1);
        let every = 1 + (count - 1) / TICKS_MAX as i32;
        (first..=last).filter(|power| power.rem_euclid(every) == 0).map(|power| 2f64.powi(power)).collect()
    }

    /// Where a cost is.
    pub fn at(&self, value: f64) -> f64 {
        let at = if self.log { (value / self.lo).ln() / (self.hi / self.lo).ln() } else { value / self.hi };
        if at.is_finite() { at.clamp(0.0, 1.0) } else { 0.0 }
    }
}

/// The round number at or above: 1, 2, 2.5 or 5 times a power of ten.
fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.log10().floor());
    let round = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|factor| factor * power >= step * (1.0 - 1e-9));
    round.unwrap_or(10.0) * power
}

fn label_of(value: f64, unit: Unit) -> String {
    let scale = Scale::of(value, unit);
    label(value / scale.factor, scale)
}

/// A number and its unit, with no digits that say nothing.
fn label(number: f64, scale: Scale) -> String {
    let text = units::grouped(number, units::decimals_for(number));
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if scale.symbol.is_empty() { text.to_owned() } else { format!("{text} {}", scale.symbol) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(numbers: &[f64], unit: Unit) -> Vec<String> {
        Up::new(numbers, unit).unwrap().ticks.into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_and_have_units() {
        assert_eq!(labels(&[0.0361, 0.0851], Unit::Second), ["0 ms", "25 ms", "50 ms", "75 ms", "100 ms"]);
        assert_eq!(labels(&[1e-6, 2e-3], Unit::Second), ["1 µs", "10 µs", "100 µs", "1 ms"]);
        assert_eq!(labels(&[1e-3, 0.03], Unit::Second), ["1 ms", "2 ms", "5 ms", "10 ms", "20 ms"]);
        let bytes = [16e6, 900e6];
        assert_eq!(labels(&bytes, Unit::Byte), ["16 MiB", "32 MiB", "64 MiB", "128 MiB", "256 MiB", "512 MiB"]);
        assert_eq!(labels(&[0.0, 3.0], Unit::Count), ["0", "1", "2", "3"]);
        assert_eq!(labels(&[0.0], Unit::Count), ["0", "1"]);
        assert!(Up::new(&[], Unit::Count).is_none());
    }

    proptest! {
        #[test]
        fn every_axis_has_ticks_upwards_and_holds_its_numbers(
            numbers in proptest::collection::vec(1e-9..1e12f64, 1..6),
            unit in prop_oneof![Just(Unit::Second), Just(Unit::Byte), Just(Unit::Count)],
        ) {
            let axis = Up::new(&numbers, unit).unwrap();
            prop_assert!(axis.ticks.len() >= 2 && axis.ticks.len() <= TICKS_MAX + 1, "{:?}", axis.ticks);
            prop_assert!(axis.ticks.windows(2).all(|pair| pair[0].at < pair[1].at), "{:?}", axis.ticks);
            prop_assert!(axis.ticks.iter().all(|tick| (0.0..=1.0).contains(&tick.at)), "{:?}", axis.ticks);
            let mut sorted = numbers;
            sorted.sort_by(f64::total_cmp);
            prop_assert!(sorted.windows(2).all(|pair| axis.at(pair[0]) <= axis.at(pair[1])));
        }
    }
}
