//! Readers of the quantities that people type: `30s`, `1%`, `2GiB`, `NAME=VALUE`.

pub mod load;
mod values;

pub use kymo_model::typed::{bytes, margin, seconds};
pub use values::values;

use crate::cli::Cpus;
use kymo_model::Seconds;

/// A size of a made-up history: `1000x500`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn size(text: &str) -> Result<(usize, u32), String> {
    let numbers = text.split_once('x').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    numbers.ok_or_else(|| "series and points are needed, as 1000x500".to_owned())
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

/// A long span of time: as [`seconds`], or days and weeks: `90d`, `12w`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn days(text: &str) -> Result<Seconds, String> {
    let lengths = [('d', 86_400.0), ('w', 7.0 * 86_400.0)];
    let Some((number, length)) = lengths.iter().find_map(|(unit, length)| Some((text.strip_suffix(*unit)?, length)))
    else {
        return seconds(text);
    };
    match number.trim().parse::<u32>() {
        Ok(count) if count > 0 => Ok(Seconds::new(f64::from(count) * length)),
        _ => Err("a time is needed, as 90d, 12w or 8h".to_owned()),
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
        assert_eq!(days("90d").unwrap().get(), 7_776_000.0);
        assert_eq!(days("2h").unwrap().get(), 7200.0);
        assert!(days("-1d").is_err() && days("0w").is_err() && days("d").is_err());
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
