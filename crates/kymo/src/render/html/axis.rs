//! The axis of ratios: logarithmic, so that twice and half are equally far from 1.

use crate::render::units;

/// Most ticks, so that their labels do not touch on a narrow screen.
const TICKS_MAX: usize = 5;

/// Ratios that span at least this factor have ticks at 1, 2, 5, 10 …
const SPAN_FOR_DECADES: f64 = 4.0;

/// Room beyond the outermost figures, as a share of the span.
const ROOM: f64 = 0.04;

/// The least span, as a logarithm: figures that hardly differ are not blown up.
const SPAN_LEAST_LOG: f64 = 0.02;

/// An axis of ratios.
pub struct Axis {
    lo_log: f64,
    hi_log: f64,
    /// Ratios that are labelled, upwards, with their labels.
    pub ticks: Vec<(f64, String)>,
}

impl Axis {
    /// An axis on which these ratios and 1 are.
    pub fn of(ratios: impl Iterator<Item = f64>) -> Self {
        let usable = ratios.filter(|ratio| *ratio > 0.0 && ratio.is_finite()).map(f64::ln);
        let (lo, hi) = usable.fold((0.0_f64, 0.0_f64), |(lo, hi), log| (lo.min(log), hi.max(log)));
        let room = ((hi - lo) * ROOM).max((SPAN_LEAST_LOG - (hi - lo)) / 2.0);
        let mut axis = Self { lo_log: lo - room, hi_log: hi + room, ticks: Vec::new() };
        let values = if (axis.hi_log - axis.lo_log).exp() >= SPAN_FOR_DECADES { axis.decades() } else { axis.steps() };
        axis.ticks = values.into_iter().map(|(value, decimals)| (value, units::grouped(value, decimals))).collect();
        axis
    }

    /// Where a ratio is, from 0 to 1.
    pub fn at(&self, ratio: f64) -> f64 {
        let at = (ratio.ln() - self.lo_log) / (self.hi_log - self.lo_log);
        if at.is_nan() { 0.0 } else { at.clamp(0.0, 1.0) }
    }

    fn ends(&self) -> (f64, f64) {
        (self.lo_log.exp(), self.hi_log.exp())
    }

    /// Multiples of a round step, with the decimals that they need.
    fn steps(&self) -> Vec<(f64, usize)> {
        const STEPS: [(f64, usize); 10] = [
            (0.002, 3),
            (0.005, 3),
            (0.01, 2),
            (0.02, 2),
            (0.05, 2),
            (0.1, 1),
            (0.2, 1),
            (0.25, 2),
            (0.5, 1),
            (1.0, 0),
        ];
        let (lo, hi) = self.ends();
        let multiples = |(step, decimals): (f64, usize)| -> Vec<(f64, usize)> {
            // Counted from 1, which always has a tick.
            let (first, last) = (((lo - 1.0) / step).ceil() as i64, ((hi - 1.0) / step).floor() as i64);
            (first..=last).map(|number| (1.0 + number as f64 * step, decimals)).collect()
        };
        STEPS.into_iter().map(multiples).find(|ticks| ticks.len() <= TICKS_MAX).unwrap_or_else(|| vec![(1.0, 0)])
    }

    /// 1, 2, 5, 10 … where they are few enough, else every decade, every second …
    fn decades(&self) -> Vec<(f64, usize)> {
        let (lo, hi) = self.ends();
        let (first, last) = (lo.log10().floor() as i32, hi.log10().ceil() as i32);
        let inside = |factors: &[f64], every: i32| -> Vec<(f64, usize)> {
            let decades = (first..=last).filter(|decade| decade.rem_euclid(every) == 0);
            let all = decades.flat_map(|decade| {
                factors.iter().map(move |factor| (factor * 10f64.powi(decade), (-decade).max(0) as usize))
            });
            all.filter(|(value, _)| (lo..=hi).contains(value)).collect()
        };
        let sets = [inside(&[1.0, 2.0, 5.0], 1), inside(&[1.0, 3.0], 1), inside(&[1.0], 1), inside(&[1.0], 2)];
        sets.into_iter().find(|set| set.len() <= TICKS_MAX).unwrap_or_else(|| inside(&[1.0], 4))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(ratios: &[f64]) -> Vec<String> {
        Axis::of(ratios.iter().copied()).ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn ticks_are_round_and_have_1_among_them() {
        assert_eq!(labels(&[]), ["0.995", "1.000", "1.005", "1.010"]);
        assert_eq!(labels(&[0.98, 1.03]), ["0.98", "1.00", "1.02"]);
        assert_eq!(labels(&[1.0, 1.7]), ["1.0", "1.2", "1.4", "1.6"]);
        assert_eq!(labels(&[1.0, 9.0]), ["1", "2", "5"]);
        assert_eq!(labels(&[0.02, 40.0]), ["0.1", "1", "10"]);
    }

    proptest! {
        #[test]
        fn every_axis_holds_its_ratios_and_few_ticks(ratios in proptest::collection::vec(1e-6..1e6f64, 1..8)) {
            let axis = Axis::of(ratios.iter().copied());
            prop_assert!((1..=TICKS_MAX).contains(&axis.ticks.len()), "{:?}", axis.ticks);
            prop_assert!(axis.ticks.iter().any(|(value, _)| (value - 1.0).abs() < 1e-12), "{:?}", axis.ticks);
            prop_assert!(axis.ticks.windows(2).all(|pair| axis.at(pair[0].0) < axis.at(pair[1].0)));
            for ratio in ratios {
                prop_assert!(axis.at(ratio) > 0.0 && axis.at(ratio) < 1.0);
            }
        }
    }
}
