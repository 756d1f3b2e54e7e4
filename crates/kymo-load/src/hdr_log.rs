//! Histograms as a log in HdrHistogram's format V2, which tools in many languages read: a line for each histogram, with
//! its tag, its start, its length, its maximum in milliseconds, and itself, compressed, in base64.
//!
//! Values in the histograms are nanoseconds.

use crate::Histograms;
use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, IntervalLogWriterError, Tag};
use std::io;
use std::time::{Duration, SystemTime};

/// The tags of the three lines, in their order.
pub const TAGS: [&str; 3] = ["response", "service", "lateness"];

/// Nanoseconds in a millisecond: by custom, a line names its maximum in milliseconds.
const MAX_VALUE_DIVISOR: f64 = 1e6;

/// Writes the histograms of a load whose window began at `start` and was `window` long. `comment` says what it is of.
///
/// # Errors
/// Those of `out`.
pub fn write(
    out: &mut dyn io::Write,
    histograms: &Histograms,
    start: SystemTime,
    window: Duration,
    comment: &str,
) -> io::Result<()> {
    let mut out = out;
    let mut serializer = V2DeflateSerializer::new();
    let mut log = IntervalLogWriterBuilder::new()
        .add_comment(&comment.replace(char::is_control, " "))
        .add_comment("Values are nanoseconds; the column of maxima is in milliseconds.")
        .with_start_time(start)
        .with_base_time(start)
        .with_max_value_divisor(MAX_VALUE_DIVISOR)
        .begin_log_with(&mut out, &mut serializer)?;
    let three = [&histograms.response, &histograms.service, &histograms.lateness];
    for (name, histogram) in TAGS.into_iter().zip(three) {
        log.write_histogram(histogram, Duration::ZERO, window, Tag::new(name)).map_err(|error| match error {
            IntervalLogWriterError::IoError(error) => error,
            other => io::Error::other(format!("cannot write the histogram of {name}: {other:?}")),
        })?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;
    use hdrhistogram::Histogram;
    use hdrhistogram::serialization::interval_log::{IntervalLogIterator, LogEntry};

    #[test]
    fn every_histogram_has_its_line() {
        let of = |value| {
            let mut histogram = Histogram::<u64>::new(3).unwrap();
            histogram.record_n(value, 5).unwrap();
            histogram
        };
        let histograms = Histograms { response: of(3_000_000), service: of(2_000_000), lateness: of(1000) };
        let mut bytes = Vec::new();
        let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_312_491);
        write(&mut bytes, &histograms, start, Duration::from_secs(10), "a load\nof a test").unwrap();
        let entries: Vec<_> = IntervalLogIterator::new(&bytes).map(Result::unwrap).collect();
        let lines: Vec<(String, u64, f64)> = entries
            .iter()
            .filter_map(|entry| match entry {
                LogEntry::Interval(line) => {
                    Some((line.tag().unwrap().as_str().to_owned(), line.duration().as_secs(), line.max()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(lines.iter().map(|line| line.0.as_str()).collect::<Vec<_>>(), TAGS);
        assert!(lines.iter().all(|line| line.1 == 10));
        assert!((lines[0].2 - 3.0).abs() < 0.01, "{lines:?}");
    }
}
