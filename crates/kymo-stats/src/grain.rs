//! Noise in coarse grains: most values repeat, and those that do not come back to the last digit.
//!
//! Counts and sizes are such where they scatter: pages, context switches, memory in whole megabytes. Medians of differences
//! are zero there, as in a series without noise, whose every change counts.

use crate::{robust, sample};

/// A change is undone if the value before it is back within so many values: as long as the longest disturbance that passes
/// for none, [`crate::steps::EXCURSION_MAX`].
pub const RETURN_MAX: usize = 5;

/// So many changes, those that undo others among them, make noise: a value that goes and comes back once is a change and its
/// repair.
pub const UNDONE_MIN: usize = 4;

/// Differences count up to this many times the median of those that are not zero. Source: simulation, `docs/src/detection.md`.
pub const GRAIN_CLIP: f64 = 2.5;

/// Whether a series most of whose values repeat scatters in grains: most of its changes are undone, or undo others. One
/// without noise changes for good.
pub(crate) fn is_grainy(series: &[f64]) -> bool {
    let (mut changes, mut undone, mut undone_to) = (0, 0, 0);
    for at in 1..series.len() {
        let before = series[at - 1];
        if series[at] == before {
            continue;
        }
        let after = &series[at + 1..(at + 1 + RETURN_MAX).min(series.len())];
        if let Some(back) = after.iter().position(|value| *value == before) {
            undone_to = undone_to.max(at + 1 + back);
        }
        changes += 1;
        undone += usize::from(at <= undone_to);
    }
    undone >= UNDONE_MIN && 2 * undone > changes
}

/// Mean square of the differences of values `lag` apart, clipped; `None` if all are zero.
pub(crate) fn mean_square(series: &[f64], lag: usize) -> Option<f64> {
    let differences: Vec<f64> = robust::differences(series, lag).iter().map(|difference| difference.abs()).collect();
    let moved: Vec<f64> = differences.iter().copied().filter(|difference| *difference > 0.0).collect();
    let limit = GRAIN_CLIP * sample::median(&moved)?;
    let sum: f64 = differences.iter().map(|difference| difference.min(limit).powi(2)).sum();
    Some(sum / differences.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Zeros with ones where told.
    fn blips(n: usize, at: &[usize]) -> Vec<f64> {
        (0..n).map(|i| f64::from(at.contains(&i))).collect()
    }

    #[test]
    fn what_comes_back_again_and_again_is_grainy() {
        assert!(is_grainy(&blips(40, &[7, 20])));
        assert!(is_grainy(&blips(40, &[3, 4, 9, 20, 21, 22, 30])));
        // Once may be a change and its repair.
        assert!(!is_grainy(&blips(40, &[7])));
    }

    #[test]
    fn what_changes_for_good_is_not() {
        let stairs: Vec<f64> = (0..60).map(|i| f64::from(i / 10)).collect();
        assert!(!is_grainy(&stairs) && !is_grainy(&[1.0; 30]) && !is_grainy(&[]));
        // It comes back, but late.
        let waves: Vec<f64> = (0..60).map(|i| f64::from(i / 10 % 2)).collect();
        assert!(!is_grainy(&waves));
    }

    #[test]
    fn the_mean_square_of_grains() {
        assert_eq!(mean_square(&[1.0; 9], 1), None);
        // Four of twenty differences are 1, or with a step of 100 five, of which that one counts as 2.5.
        let mut values = blips(21, &[4, 9]);
        assert!((mean_square(&values, 1).unwrap() - 4.0 / 20.0).abs() < 1e-12);
        values[15..].iter_mut().for_each(|value| *value += 100.0);
        assert!((mean_square(&values, 1).unwrap() - (4.0 + 6.25) / 20.0).abs() < 1e-12);
    }
}
