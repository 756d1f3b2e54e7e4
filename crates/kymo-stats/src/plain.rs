//! Steps in a bare series: values of any sort, one after the other, without an epoch, a margin or a canary.

use crate::sample;
use crate::steps::{self, Steps};
use crate::verdict::Margin;

/// The scale on which a bare series was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Natural logarithms; sizes are differences of logarithms.
    Log,
    /// The values themselves; sizes are differences in their unit.
    Raw,
}

/// What a bare series is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Plain {
    /// The scale that all of `found` is on.
    pub scale: Scale,
    /// Its segments and steps.
    pub found: Steps,
}

/// Steps in a bare series, with the setting that [`fn@crate::steps`] has.
///
/// The rule of the scale: logarithms if all values are positive, since noise and steps of what is measured in seconds or
/// bytes grow with it, and the unit then does not matter; the raw scale if one is not, since then there are none. On logarithms
/// steps below 1 % are left out ([`Margin::LEAST`]); in an unknown unit no step is too small to matter.
///
/// `None` for a series too short to hold two segments, or with a value that is not finite.
pub fn detect_plain(values: &[f64]) -> Option<Plain> {
    match sample::logs(values) {
        Some(logs) => Some(Plain { scale: Scale::Log, found: steps::steps(&logs, Margin::LEAST)? }),
        None => raw(values),
    }
}

/// On the raw scale, in units of the largest magnitude: squares of huge values would be none.
fn raw(values: &[f64]) -> Option<Plain> {
    let unit = values.iter().fold(0.0_f64, |most, value| most.max(value.abs()));
    let unit = if unit > 0.0 { unit } else { 1.0 };
    let scaled: Vec<f64> = values.iter().map(|value| value / unit).collect();
    let mut found = steps::of_series(&scaled, 0.0)?;
    found.in_units_of(unit);
    Some(Plain { scale: Scale::Raw, found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(i: usize) -> f64 {
        (i as f64 * 2.399).sin()
    }

    #[test]
    fn positive_values_are_looked_at_on_logarithms() {
        let values: Vec<f64> = (0..60).map(|i| (1.0 + 0.01 * wave(i)) * if i < 40 { 100.0 } else { 120.0 }).collect();
        let plain = detect_plain(&values).unwrap();
        assert_eq!((plain.scale, plain.found.steps[0].at), (Scale::Log, 40));
        assert!((plain.found.steps[0].diff_log - 1.2_f64.ln()).abs() < 0.01);
    }

    #[test]
    fn others_are_looked_at_as_they_are() {
        let values: Vec<f64> = (0..60).map(|i| wave(i) + if i < 40 { 0.0 } else { 20.0 }).collect();
        let plain = detect_plain(&values).unwrap();
        assert_eq!((plain.scale, plain.found.steps[0].at), (Scale::Raw, 40));
        assert!((plain.found.steps[0].diff_log - 20.0).abs() < 1.0);
    }

    #[test]
    fn huge_values_have_steps_too() {
        let values: Vec<f64> = (0..60).map(|i| 1e300 * (wave(i) - if i < 40 { 0.0 } else { 20.0 })).collect();
        let step = &detect_plain(&values).unwrap().found.steps[0];
        assert!(step.at == 40 && (step.diff_log / 1e300 + 20.0).abs() < 1.0);
        let (lo, hi) = step.interval_log.unwrap();
        assert!(lo < step.diff_log && step.diff_log < hi);
    }

    #[test]
    fn too_short_or_not_finite() {
        assert_eq!(detect_plain(&[1.0; 5]), None);
        assert_eq!(detect_plain(&[]), None);
        let mut values = vec![1.0; 30];
        values[7] = f64::INFINITY;
        assert_eq!(detect_plain(&values), None);
    }
}
