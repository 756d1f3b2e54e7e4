//! When to stop: looks at the precision reached, never at the verdict.
//!
//! The half-width of the interval depends on the spread alone and not on the effect, so looking at it is nearly free.
//! Stopping at the first verdict instead gives 8 to 19 % false alarms at a nominal 5 %, and overstates what it finds.

use crate::verdict::Margin;

/// Rounds at which a comparison is looked at. All are even, which keeps two variants balanced. Source: simulation,
/// `docs/validation.md`, S4.
pub const LOOKS: [usize; 10] = [10, 14, 18, 22, 26, 30, 36, 42, 50, 60];

/// A comparison is precise when the half-width of its 95 % interval is at most this part of the margin. Source: at one half
/// a true zero lies inside the margin in nearly all comparisons, and a true margin outside.
pub const PRECISE_PART: f64 = 0.5;

/// Total rounds at the next look after `n`, for `variants` variants; `None` after the last look. For more than two
/// variants looks are rounded up to whole Latin squares, that is to multiples of their number.
pub fn next_look(n: usize, variants: usize) -> Option<usize> {
    let square = if variants > 2 { variants } else { 1 };
    LOOKS.iter().map(|look| look.next_multiple_of(square)).find(|&look| look > n)
}

/// Whether `half_width`, that of the 95 % interval on the log scale, is small enough to stop: at most half the margin.
pub fn is_precise(half_width: f64, margin: Margin) -> bool {
    half_width <= PRECISE_PART * margin.log()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(variants: usize) -> Vec<usize> {
        std::iter::successors(next_look(0, variants), |&n| next_look(n, variants)).collect()
    }

    #[test]
    fn two_variants_take_the_looks_as_they_are() {
        assert_eq!(all(2), LOOKS);
        assert_eq!(all(1), LOOKS);
        assert!(LOOKS.iter().all(|look| look % 2 == 0));
        assert_eq!(next_look(11, 2), Some(14));
        assert_eq!(next_look(60, 2), None);
    }

    #[test]
    fn more_variants_take_whole_squares() {
        assert_eq!(all(3), [12, 15, 18, 24, 27, 30, 36, 42, 51, 60]);
        assert_eq!(all(20), [20, 40, 60]);
    }

    #[test]
    fn precision_is_half_the_margin() {
        assert!(is_precise(0.0049, Margin::LEAST));
        assert!(!is_precise(0.0051, Margin::LEAST));
        assert!(!is_precise(f64::NAN, Margin::LEAST));
    }
}
