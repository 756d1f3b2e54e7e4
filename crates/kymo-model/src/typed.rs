//! Readers of the quantities that people type, in commands and in files: `30s`, `1%`, `2GiB`.

use crate::{Bytes, Ratio, Seconds};

/// A span of time: a number with `ms`, `s`, `min`, `m` or `h`; without a unit, seconds.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn seconds(text: &str) -> Result<Seconds, String> {
    let units = [("ms", 1e-3), ("min", 60.0), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (number, scale) = units
        .into_iter()
        .find_map(|(unit, scale)| text.strip_suffix(unit).map(|number| (number, scale)))
        .unwrap_or((text, 1.0));
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 => Ok(Seconds::new(value * scale)),
        _ => Err("a time above zero is needed, as 500ms, 30s, 5min or 1h".to_owned()),
    }
}

/// A margin: `1%` or `0.01`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn margin(text: &str) -> Result<Ratio, String> {
    let (number, scale) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 0.01));
    match number.trim().parse::<f64>() {
        Ok(value) if value.is_finite() && value > 0.0 && value * scale < 1.0 => Ok(Ratio::new(value * scale)),
        _ => Err("a share above 0 and below 100 % is needed, as 1% or 0.01".to_owned()),
    }
}

/// An amount of memory: a number with `KiB`, `MiB` or `GiB`; without a unit, bytes.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn bytes(text: &str) -> Result<Bytes, String> {
    let units = [("KiB", 10), ("MiB", 20), ("GiB", 30)];
    let (number, shift) = units
        .into_iter()
        .find_map(|(unit, shift)| text.strip_suffix(unit).map(|number| (number, shift)))
        .unwrap_or((text, 0));
    match number.trim().parse::<u64>().ok().and_then(|value| value.checked_mul(1 << shift)) {
        Some(value) if value > 0 => Ok(Bytes::new(value)),
        _ => Err("an amount above zero is needed, as 512MiB or 2GiB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read() {
        assert_eq!(seconds("1h"), Ok(Seconds::new(3600.0)));
        assert_eq!(seconds("500ms"), Ok(Seconds::new(0.5)));
        assert_eq!(bytes("2GiB"), Ok(Bytes::new(2 << 30)));
        assert_eq!(margin("1%"), Ok(Ratio::new(0.01)));
        for wrong in ["", "-1s", "inf", "1 day"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
        assert!(bytes("0").is_err() && bytes("1TB").is_err() && margin("100%").is_err());
    }
}
