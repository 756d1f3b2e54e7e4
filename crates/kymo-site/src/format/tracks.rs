//! One series within a segment, as bytes.

use super::FormatError;
use super::quantum::{steps, width, width_code};
use super::segment::Track;
use super::varint::{Reader, write, write_signed};
use crate::source::{Failure, Outcome, Point};

/// New numbers of contexts and runs: those of a segment are numbered by their first use.
pub trait Numbers {
    /// The new number of a context.
    fn context(&mut self, number: u32) -> u32;
    /// The new number of a run.
    fn run(&mut self, number: u32) -> u32;
}

/// Appends a series; its positions ascend, and lie from `first` on.
pub fn encode(track: &Track, first: u32, quantum: f64, numbers: &mut dyn Numbers, out: &mut Vec<u8>) {
    let points = &track.points;
    write(out, points.len() as u64);
    positions(points.iter().map(|point| point.position), first, out);
    let mut before = 0;
    for point in points {
        let now = steps(point.value, quantum);
        write_signed(out, now - before);
        before = now;
    }
    let code = |width: Option<f64>| width.map_or(0, |width| width_code(width, quantum));
    out.extend(points.iter().map(|point| code(point.interval.map(|(low, _)| point.value - low))));
    out.extend(points.iter().map(|point| code(point.interval.map(|(_, high)| high - point.value))));
    for same in points.chunk_by(|a, b| a.context == b.context) {
        write(out, same.len() as u64);
        write(out, u64::from(numbers.context(same[0].context)));
    }
    runs(points.iter().map(|point| point.run), numbers, out);
    write(out, track.failures.len() as u64);
    positions(track.failures.iter().map(|failure| failure.position), first, out);
    out.extend(track.failures.iter().map(|failure| failure.outcome as u8));
    runs(track.failures.iter().map(|failure| failure.run), numbers, out);
}

fn positions(positions: impl Iterator<Item = u32>, first: u32, out: &mut Vec<u8>) {
    let mut before = first;
    for position in positions {
        write(out, u64::from(position - before));
        before = position;
    }
}

fn runs(runs: impl Iterator<Item = u32>, numbers: &mut dyn Numbers, out: &mut Vec<u8>) {
    let mut before = 0;
    for run in runs {
        let now = i64::from(numbers.run(run));
        write_signed(out, now - before);
        before = now;
    }
}

/// What a segment says of all its series.
pub struct Bounds {
    /// First position.
    pub first: u32,
    /// Position behind the last.
    pub end: u32,
    /// Number of contexts.
    pub contexts: usize,
    /// Number of runs.
    pub runs: usize,
}

/// Reads a series.
///
/// # Errors
/// When the bytes are none.
pub fn decode(reader: &mut Reader, bounds: &Bounds, quantum: f64) -> Result<Track, FormatError> {
    let n = reader.count()?;
    let positions = read_positions(reader, n, bounds)?;
    let mut values = Vec::with_capacity(n);
    let mut sum = 0_i64;
    for _ in 0..n {
        sum = sum.checked_add(reader.signed()?).ok_or_else(|| FormatError::new("a value beyond 64 bits"))?;
        values.push(sum as f64 * quantum);
    }
    let below = reader.bytes(n)?;
    let above = reader.bytes(n)?;
    let contexts = read_contexts(reader, n, bounds)?;
    let runs = read_runs(reader, n, bounds)?;
    let mut points = Vec::with_capacity(n);
    for at in 0..n {
        let value = values[at];
        if !value.is_finite() {
            return Err(FormatError::new("a value beyond all numbers"));
        }
        let bound = |value: f64| value.clamp(f64::MIN, f64::MAX);
        let interval = width(below[at], quantum).zip(width(above[at], quantum));
        points.push(Point {
            position: positions[at],
            value,
            interval: interval.map(|(below, above)| (bound(value - below), bound(value + above))),
            context: contexts[at],
            run: runs[at],
        });
    }
    let m = reader.count()?;
    let positions = read_positions(reader, m, bounds)?;
    let outcomes = reader.bytes(m)?;
    let runs = read_runs(reader, m, bounds)?;
    let mut failures = Vec::with_capacity(m);
    for at in 0..m {
        let outcome = Outcome::from_code(outcomes[at])
            .ok_or_else(|| FormatError::new(format!("{} is the code of no outcome", outcomes[at])))?;
        failures.push(Failure { position: positions[at], outcome, run: runs[at] });
    }
    Ok(Track { quantum: Some(quantum), points, failures })
}

fn read_positions(reader: &mut Reader, count: usize, bounds: &Bounds) -> Result<Vec<u32>, FormatError> {
    let mut found = Vec::with_capacity(count);
    let mut at = u64::from(bounds.first);
    for number in 0..count {
        let step = reader.number()?;
        at = at.saturating_add(step);
        if at >= u64::from(bounds.end) || (number > 0 && step == 0) {
            return Err(FormatError::new(format!("position {at} is not in its place")));
        }
        found.push(at as u32);
    }
    Ok(found)
}

fn read_contexts(reader: &mut Reader, count: usize, bounds: &Bounds) -> Result<Vec<u32>, FormatError> {
    let mut found = Vec::with_capacity(count);
    while found.len() < count {
        let (length, context) = (reader.number()?, reader.number()?);
        if length == 0 || length > (count - found.len()) as u64 || context >= bounds.contexts as u64 {
            return Err(FormatError::new(format!("{length} points of context {context}")));
        }
        found.resize(found.len() + length as usize, context as u32);
    }
    Ok(found)
}

fn read_runs(reader: &mut Reader, count: usize, bounds: &Bounds) -> Result<Vec<u32>, FormatError> {
    let mut found = Vec::with_capacity(count);
    let mut run = 0_i64;
    for _ in 0..count {
        run = run.saturating_add(reader.signed()?);
        if run < 0 || run >= bounds.runs as i64 {
            return Err(FormatError::new(format!("there is no run {run}")));
        }
        found.push(run as u32);
    }
    Ok(found)
}
