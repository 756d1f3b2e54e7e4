//! Readers of what people type for `kymo load`. Numbers and times are those of wrk2, and more.

use crate::cli::{ExpectArg, LoadCpus};
use kymo_load::peak::Slo;
use kymo_load::{Expect, Profile, Segment, Waiting};
use std::time::Duration;

/// The largest rate, in requests a second: requests a nanosecond apart.
const RATE_MAX: f64 = 1e9;

/// The longest time, in seconds: a year.
const TIME_MAX: f64 = 365.0 * 86_400.0;

/// The units of times, in seconds; the longer names first, since `ms` ends in `s`.
const TIMES: [(&str, f64); 7] =
    [("ns", 1e-9), ("us", 1e-6), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// A number with k, M or G behind it, as wrk2 takes it.
fn number(text: &str) -> Option<f64> {
    let (digits, scale) = match text.chars().last()? {
        'k' | 'K' => (&text[..text.len() - 1], 1e3),
        'm' | 'M' => (&text[..text.len() - 1], 1e6),
        'g' | 'G' => (&text[..text.len() - 1], 1e9),
        _ => (text, 1.0),
    };
    // What the standard library reads beside digits (inf, NaN, 1e3) is no number that people mean here.
    let plain = !digits.is_empty() && digits.chars().all(|digit| digit.is_ascii_digit() || digit == '.');
    digits.parse::<f64>().ok().filter(|_| plain).map(|value| value * scale)
}

/// A rate in requests a second.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn rate(text: &str) -> Result<f64, String> {
    match number(text) {
        Some(value) if value > 0.0 && value <= RATE_MAX => Ok(value),
        _ => Err("a number of requests a second above zero is needed, as 1000, 2.5k or 1M".to_owned()),
    }
}

/// A number of threads or connections.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn count(text: &str) -> Result<u32, String> {
    match number(text) {
        Some(value) if value >= 1.0 && value.fract() == 0.0 && value <= 1e6 => Ok(value as u32),
        _ => Err("a whole number from 1 to 1M is needed, as 10 or 1k".to_owned()),
    }
}

/// A time above zero; without a unit, seconds.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn time(text: &str) -> Result<Duration, String> {
    match span(text) {
        Some(time) if !time.is_zero() => Ok(time),
        _ => Err("a time above zero is needed, as 30s, 500ms, 2m or 1h".to_owned()),
    }
}

/// A time, or 0 for none.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn time_or_none(text: &str) -> Result<Duration, String> {
    span(text).ok_or_else(|| "a time is needed, as 30s, 500ms or 2m, or 0 for none".to_owned())
}

fn span(text: &str) -> Option<Duration> {
    let (digits, scale) = TIMES
        .into_iter()
        .find_map(|(unit, scale)| text.strip_suffix(unit).map(|digits| (digits, scale)))
        .unwrap_or((text, 1.0));
    let plain = digits.chars().all(|digit| digit.is_ascii_digit() || digit == '.');
    let seconds = digits.parse::<f64>().ok().filter(|_| plain)? * scale;
    (seconds <= TIME_MAX).then(|| Duration::from_secs_f64(seconds))
}

/// A rate over time: `0-10k/30s,10k/60s`.
///
/// # Errors
/// A sentence that says which piece is wrong and what is accepted.
pub fn profile(text: &str) -> Result<Profile, String> {
    let segments = text.split(',').map(segment).collect::<Result<Vec<Segment>, String>>()?;
    if segments.iter().all(|segment| segment.from == 0.0 && segment.to == 0.0) {
        return Err("a profile without any request has nothing to measure".to_owned());
    }
    Ok(Profile { segments })
}

fn segment(piece: &str) -> Result<Segment, String> {
    let wrong =
        || format!("'{piece}' is no piece of a profile; write RATE/TIME or FROM-TO/TIME, as 10k/60s or 0-10k/30s");
    let (rates, duration) = piece.trim().split_once('/').ok_or_else(wrong)?;
    let (from, to) = rates.split_once('-').unwrap_or((rates, rates));
    let rate = |text: &str| number(text).filter(|value| *value <= RATE_MAX).ok_or_else(wrong);
    let duration = time(duration).map_err(|_| wrong())?;
    Ok(Segment { from: rate(from)?, to: rate(to)?, duration })
}

/// A header field: `Name: value`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn header(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once(':').ok_or_else(|| "a header field is 'NAME: VALUE'".to_owned())?;
    let (name, value) = (name.trim(), value.trim());
    field(name, value)?;
    Ok((name.to_owned(), value.to_owned()))
}

/// Whether this can be a header field of a request: what breaks out of its line would be another request.
///
/// # Errors
/// A sentence that says what is wrong.
pub fn field(name: &str, value: &str) -> Result<(), String> {
    if !is_token(name) {
        return Err(format!("{name:?} is no name of a header field: letters, digits and - are"));
    }
    if value.chars().any(|letter| letter.is_control() && letter != '\t') {
        return Err(format!("the value of the header field {name} holds a control character"));
    }
    for (own, instead) in [
        ("content-length", "it is that of the body"),
        ("transfer-encoding", "bodies are sent whole, with their length"),
        ("connection", "use --per-request for a connection per request"),
    ] {
        if name.eq_ignore_ascii_case(own) {
            return Err(format!("the header field {name} is the generator's own: {instead}"));
        }
    }
    Ok(())
}

/// A method of HTTP.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn method(text: &str) -> Result<String, String> {
    if !is_token(text) || text.eq_ignore_ascii_case("CONNECT") {
        return Err("a method is needed, as GET or POST; CONNECT is for proxies".to_owned());
    }
    Ok(text.to_owned())
}

/// A token of HTTP (RFC 9110, 5.6.2).
fn is_token(text: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(letter);
    !text.is_empty() && text.chars().all(fits)
}

/// What an answer must be: `status=200`, `body=FILE`, or a text.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn expect(text: &str) -> Result<ExpectArg, String> {
    if let Some(status) = text.strip_prefix("status=") {
        return match status.parse::<u16>() {
            Ok(status) if (200..=599).contains(&status) => {
                Ok(ExpectArg::Known(Expect { status: Some(status), ..Expect::default() }))
            }
            _ => Err("a status is a number from 200 to 599".to_owned()),
        };
    }
    if let Some(file) = text.strip_prefix("body=") {
        return Ok(ExpectArg::BodyFile(file.into()));
    }
    if text.is_empty() {
        return Err("status=CODE, body=FILE or a text that the body holds is needed".to_owned());
    }
    Ok(ExpectArg::Known(Expect { contains: Some(text.as_bytes().to_vec()), ..Expect::default() }))
}

/// Logical processors: numbers and ranges with commas between them.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn cpus(text: &str) -> Result<LoadCpus, String> {
    let wrong = || "numbers of processors are needed, as 0,2-3".to_owned();
    let mut cpus = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) =
            (first.trim().parse().map_err(|_| wrong())?, last.trim().parse().map_err(|_| wrong())?);
        if first > last || last > 65_535 {
            return Err(wrong());
        }
        cpus.extend(first..=last);
    }
    Ok(LoadCpus(cpus))
}

/// How a thread waits: `sleep`, `spin`, `spin=50us`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn waiting(text: &str) -> Result<Waiting, String> {
    match text {
        "sleep" => Ok(Waiting::Sleep),
        "spin" => Ok(Waiting::Spin),
        other => other
            .strip_prefix("spin=")
            .and_then(|time| self::time(time).ok())
            .map(Waiting::SleepThenSpin)
            .ok_or_else(|| "sleep, spin, or spin=TIME as spin=50us is needed".to_owned()),
    }
}

/// A service-level objective: `p99<10ms`.
///
/// # Errors
/// A sentence that says what is accepted.
pub fn slo(text: &str) -> Result<Slo, String> {
    text.parse()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn quantities_of_wrk2_and_ours_are_read() {
        for (text, expect) in
            [("1000", 1000.0), ("2k", 2000.0), ("2.5K", 2500.0), ("1M", 1e6), ("0.5", 0.5), ("1G", 1e9)]
        {
            assert_eq!(rate(text), Ok(expect), "{text}");
        }
        for text in ["", "0", "-1", "k", "1e3", "NaN", "inf", "2G", "1kk", "µ"] {
            assert!(rate(text).is_err(), "{text}");
        }
        for (text, nanoseconds) in
            [("30", 30e9), ("30s", 30e9), ("2m", 120e9), ("1h", 3600e9), ("500ms", 5e8), ("50us", 5e4)]
        {
            assert_eq!(time(text).unwrap().as_nanos() as f64, nanoseconds, "{text}");
        }
        for text in ["", "s", "0s", "-1s", "1 s", "NaN", "9999999h"] {
            assert!(time(text).is_err(), "{text}");
        }
        assert_eq!(time_or_none("0"), Ok(Duration::ZERO));
        assert_eq!(count("1k"), Ok(1000));
        assert!(count("1.5").is_err() && count("0").is_err() && count("1G").is_err());
        assert_eq!(cpus("0,2-3").unwrap().0, [0, 2, 3]);
        assert!(cpus("3-2").is_err() && cpus("").is_err() && cpus("a").is_err());
        assert_eq!(waiting("spin=50us"), Ok(Waiting::SleepThenSpin(Duration::from_micros(50))));
        assert!(waiting("spin=").is_err() && waiting("doze").is_err());
    }

    #[test]
    fn profiles_have_ramps_and_steps() {
        let segment = |from, to, seconds| Segment { from, to, duration: Duration::from_secs(seconds) };
        let read = profile("0-10k/30s,10k/60s,10k-0/5").unwrap();
        assert_eq!(read.segments, [segment(0.0, 1e4, 30), segment(1e4, 1e4, 60), segment(1e4, 0.0, 5)]);
        for text in ["", "10k", "10k/", "/30s", "10k/0s", "0/10s", "a-b/10s", "10k/10s,", "1-2-3/10s"] {
            assert!(profile(text).is_err(), "{text}");
        }
    }

    #[test]
    fn nothing_breaks_out_of_a_header_field() {
        assert_eq!(header("Accept:  text/html "), Ok(("Accept".to_owned(), "text/html".to_owned())));
        for text in ["Accept", ": x", "A b: c", "A: b\r\nC: d", "Content-Length: 5", "Connection: close"] {
            assert!(header(text).is_err(), "{text:?}");
        }
        assert!(method("GET").is_ok() && method("G T").is_err() && method("").is_err() && method("CONNECT").is_err());
    }

    #[test]
    fn what_is_expected_is_a_status_a_file_or_a_text() {
        assert_eq!(expect("body=x"), Ok(ExpectArg::BodyFile("x".into())));
        let known = |status, contains: Option<&str>| {
            let contains = contains.map(|text| text.as_bytes().to_vec());
            Ok(ExpectArg::Known(Expect { status, contains, ..Expect::default() }))
        };
        assert_eq!(expect("status=404"), known(Some(404), None));
        assert_eq!(expect("Hello"), known(None, Some("Hello")));
        assert!(expect("status=99").is_err() && expect("").is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9.,kMGmsuhpx<=/-]{0,14}|\\PC{0,6}") {
            let _ = (rate(&text), count(&text), time(&text), profile(&text), cpus(&text), waiting(&text));
            let _ = (header(&text), expect(&text), slo(&text), method(&text));
        }
    }
}
