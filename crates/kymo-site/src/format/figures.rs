//! Numbers as they are written into JSON: no more digits than say something.

/// A number with so many significant digits; `None` for what is no number.
pub fn significant(value: f64, digits: usize) -> Option<f64> {
    if !value.is_finite() {
        return None;
    }
    // Decimal digits are what is wanted, so the decimal form does the rounding.
    let rounded: f64 = format!("{value:.*e}", digits.saturating_sub(1)).parse().ok()?;
    // The largest numbers would be rounded to infinity.
    Some(if rounded.is_finite() { rounded } else { value })
}

/// Four digits: what a list shows.
pub fn four(value: f64) -> Option<f64> {
    significant(value, 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_dropped_and_the_size_is_kept() {
        assert_eq!(four(0.000_123_456), Some(0.000_123_5));
        assert_eq!(four(123_456_789.0), Some(123_500_000.0));
        assert_eq!(four(-9.9999), Some(-10.0));
        assert_eq!(four(5e-324), Some(5e-324));
        assert_eq!(four(f64::NAN), None);
        assert_eq!(four(f64::MAX), Some(f64::MAX));
    }
}
