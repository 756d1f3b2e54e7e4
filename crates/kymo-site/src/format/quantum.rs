//! The step to which the values of a series are kept: fine enough that nothing is lost that the intervals do not hide.

use crate::source::Point;

/// Steps in the median half-width of an interval.
const STEPS_IN_HALF_WIDTH: f64 = 16.0;

/// A wide interval must not swallow the value: at least so many steps, as a power of two, in the median value.
const VALUE_STEPS_LOG2: i32 = 10;

/// Steps in the largest value, as a power of two, of an exact metric that is not whole.
const EXACT_STEPS_LOG2: i32 = 40;

/// The same where no point has an interval.
const BARE_STEPS_LOG2: i32 = 24;

/// No value has more steps than this power of two: differences of two, as zigzags, then fit 53 bits.
const MAX_STEPS_LOG2: i32 = 50;

/// Widths per doubling.
const WIDTHS_PER_OCTAVE: f64 = 16.0;

/// The smallest width is a step times two to this.
const WIDTH_MIN_LOG2: f64 = -4.0;

/// A power of two, also a subnormal one.
fn power_of_two(exponent: i32) -> f64 {
    let exponent = exponent.clamp(-1074, 1023);
    if exponent >= -1022 {
        f64::from_bits(((exponent + 1023) as u64) << 52)
    } else {
        f64::from_bits(1 << (exponent + 1074))
    }
}

/// The exponent of the largest power of two that is not above a positive number.
fn exponent(value: f64) -> i32 {
    let bits = value.abs().to_bits();
    match (bits >> 52) as i32 {
        0 => -1074 + 63 - bits.max(1).leading_zeros() as i32,
        biased => biased - 1023,
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let middle = values.len() / 2;
    Some(*values.select_nth_unstable_by(middle, f64::total_cmp).1)
}

fn half_width(point: &Point) -> Option<f64> {
    let (low, high) = point.interval?;
    // Halves first: the whole may be larger than any number.
    Some(high / 2.0 - low / 2.0).filter(|width| *width > 0.0)
}

/// The finest step that keeps the largest value within [`MAX_STEPS_LOG2`].
fn finest(largest: f64) -> f64 {
    power_of_two(exponent(largest) + 1 - MAX_STEPS_LOG2)
}

/// The step for these points.
pub fn choose(points: &[Point], exact: bool) -> f64 {
    let largest = points.iter().map(|point| point.value.abs()).fold(0.0, f64::max);
    let widths: Vec<f64> = points.iter().filter_map(half_width).collect();
    let step = match median(widths) {
        _ if exact && points.iter().all(|point| point.value.fract() == 0.0) => 1.0,
        _ if exact => power_of_two(exponent(largest) - EXACT_STEPS_LOG2),
        Some(width) => {
            let of_width = power_of_two((width / STEPS_IN_HALF_WIDTH).log2().round() as i32);
            // Of those that are not zero: any step keeps a zero.
            let sizes = points.iter().map(|point| point.value.abs()).filter(|value| *value > 0.0).collect();
            let typical = median(sizes);
            typical.map_or(of_width, |value| of_width.min(power_of_two(exponent(value) - VALUE_STEPS_LOG2)))
        }
        None if largest == 0.0 => 1.0,
        None => power_of_two(exponent(largest) - BARE_STEPS_LOG2),
    };
    if largest == 0.0 { step } else { step.max(finest(largest)) }
}

/// The step after points were added: the one there was, unless it is too coarse for the new ones by a factor above
/// four, or too fine for their size.
pub fn keep(before: f64, points: &[Point], exact: bool) -> f64 {
    let wanted = choose(points, exact);
    let largest = points.iter().map(|point| point.value.abs()).fold(0.0, f64::max);
    let kept = if wanted < before / 4.0 { wanted } else { before };
    if largest == 0.0 { kept } else { kept.max(finest(largest)) }
}

/// The number of steps in a value, to the nearest; the largest numbers downwards, since there is none above.
pub fn steps(value: f64, quantum: f64) -> i64 {
    let steps = value / quantum;
    let nearest = steps.round();
    if (nearest * quantum).is_finite() { nearest as i64 } else { steps.trunc() as i64 }
}

/// The byte of a width; 0 is for no interval.
pub fn width_code(width: f64, quantum: f64) -> u8 {
    if width <= 0.0 {
        return 1;
    }
    let code = ((width.log2() - quantum.log2() - WIDTH_MIN_LOG2) * WIDTHS_PER_OCTAVE).round() + 1.0;
    code.clamp(1.0, 255.0) as u8
}

/// The width of a byte; `None` for 0.
pub fn width(code: u8, quantum: f64) -> Option<f64> {
    (code > 0).then(|| quantum * (f64::from(code - 1) / WIDTHS_PER_OCTAVE + WIDTH_MIN_LOG2).exp2())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(values: &[(f64, f64)]) -> Vec<Point> {
        let at = |(position, (value, half)): (usize, &(f64, f64))| Point {
            position: position as u32,
            value: *value,
            interval: (*half > 0.0).then_some((value - half, value + half)),
            context: 0,
            run: 0,
        };
        values.iter().enumerate().map(at).collect()
    }

    #[test]
    fn powers_and_exponents_belong_together() {
        for exponent_ in [-1074, -1073, -1023, -1022, -1, 0, 1, 52, 1023] {
            assert_eq!(exponent(power_of_two(exponent_)), exponent_);
        }
        assert_eq!(exponent(1.5), 0);
        assert_eq!(exponent(f64::MAX), 1023);
    }

    #[test]
    fn a_step_is_a_sixteenth_of_the_median_half_width() {
        assert_eq!(choose(&points(&[(1000.0, 16.0), (1000.0, 16.0), (1000.0, 900.0)]), false), 0.5);
        assert_eq!(choose(&points(&[(100_000.0, 16.0); 3]), false), 1.0);
    }

    #[test]
    fn whole_exact_values_are_kept_whole() {
        assert_eq!(choose(&points(&[(123_456.0, 0.0), (3.0, 0.0)]), true), 1.0);
        assert!(choose(&points(&[(1.5, 0.0)]), true) <= 1.5 / 2_f64.powi(40));
    }

    #[test]
    fn a_step_stays_until_it_is_too_coarse() {
        let first = points(&[(1000.0, 16.0); 3]);
        let step = choose(&first, false);
        assert_eq!(keep(step, &points(&[(1000.0, 8.0); 3]), false), step);
        assert!(keep(step, &points(&[(1000.0, 0.016); 9]), false) < step / 100.0);
        assert!(keep(step, &points(&[(1e300, 16.0)]), false) > 1e280);
    }

    #[test]
    fn widths_come_back_to_half_a_step_of_the_scale() {
        for width_in in [1.0, 16.0, 17.3, 1000.0] {
            let out = width(width_code(width_in, 1.0), 1.0).unwrap();
            assert!((out / width_in).log2().abs() <= 0.5 / WIDTHS_PER_OCTAVE + 1e-9, "{width_in}: {out}");
        }
        assert_eq!(width_code(0.0, 1.0), 1);
        assert_eq!(width_code(f64::INFINITY, 1.0), 255);
        assert_eq!(width(0, 1.0), None);
    }
}
