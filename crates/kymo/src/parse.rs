//! Readers of the quantities that people type: `30s`, `1%`, `2GiB`, `NAME=VALUE`.

pub mod load;
mod values;

pub use values::values;

use crate::cli::Cpus;
use kymo_model::{Bytes, Ratio, Seconds};

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

/// A size of a made-up history: `1000x500`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn size(text: &str) -> Result<(usize, u32), String> {
    let numbers = text.split_once('x').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers.ok_or_else(|| "series and points are needed, as 1000x500".to_owned())
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

/// Logical processors: `all`, `any`, or numbers with commas between them.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn cpus(text: &str) -> Result<Cpus, String> {
    match text {
        "all" => Ok(Cpus::All),
        "any" => Ok(Cpus::Any),
        list => {
            let numbers = list.split(',').map(|number| number.trim().parse()).collect::<Result<Vec<u32>, _>>();
            numbers.map(Cpus::These).map_err(|_| "all, any, or numbers of processors are needed, as 2,3".to_owned())
        }
    }
}

/// `NAME=VALUE`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn assignment(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("NAME=VALUE is needed".to_owned()),
    }
}

/// A folder for the guest: `HOST` or `HOST::GUEST`, as other tools of the field write it.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn folder(text: &str) -> Result<(String, String), String> {
    let (host, guest) = text.split_once("::").unwrap_or((text, text));
    if host.is_empty() || guest.is_empty() {
        return Err("HOST or HOST::GUEST is needed".to_owned());
    }
    Ok((guest.to_owned(), host.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_are_read() {
        for (text, expect) in
            [("30s", 30.0), ("500ms", 0.5), ("5min", 300.0), ("2m", 120.0), ("1h", 3600.0), ("7", 7.0)]
        {
            assert_eq!(seconds(text).unwrap().get(), expect, "{text}");
        }
        for text in ["", "s", "-1s", "0s", "1 day", "NaN", "inf"] {
            assert!(seconds(text).is_err(), "{text}");
        }
        assert_eq!(margin("1%").unwrap().get(), 0.01);
        assert_eq!(margin("0.02").unwrap().get(), 0.02);
        assert!(margin("100%").is_err());
        assert_eq!(bytes("2GiB").unwrap().get(), 2 << 30);
        assert!(bytes("2GB").is_err());
        assert!(bytes("99999999999GiB").is_err());
        assert_eq!(folder("a::b"), Ok(("b".to_owned(), "a".to_owned())));
        assert_eq!(folder("a"), Ok(("a".to_owned(), "a".to_owned())));
        assert!(assignment("=x").is_err());
    }
}
