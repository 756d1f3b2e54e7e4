//! A rate over time as a curve: how many requests are due by a time, and when the n-th is due.

use crate::spec::Profile;

/// The integral of a rate that is linear in pieces, and its inverse. Times in seconds from the profile's start.
#[derive(Clone, Debug)]
pub(crate) struct Curve {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    start_s: f64,
    /// Requests due before it.
    before: f64,
    from: f64,
    to: f64,
    /// Infinite for the last, whose rate goes on.
    length_s: f64,
}

impl Piece {
    /// The slope of the rate, in requests a second squared.
    fn slope(&self) -> f64 {
        if self.length_s.is_finite() { (self.to - self.from) / self.length_s } else { 0.0 }
    }

    fn count(&self) -> f64 {
        (self.from + self.to) / 2.0 * self.length_s
    }
}

impl Curve {
    pub(crate) fn new(profile: &Profile) -> Self {
        let (mut pieces, mut start_s, mut before) = (Vec::with_capacity(profile.segments.len() + 1), 0.0, 0.0);
        for segment in &profile.segments {
            let length_s = segment.duration.as_secs_f64();
            if length_s > 0.0 {
                let piece = Piece { start_s, before, from: segment.from, to: segment.to, length_s };
                start_s += length_s;
                before += piece.count();
                pieces.push(piece);
            }
        }
        let last = profile.segments.last().map_or(0.0, |segment| segment.to);
        pieces.push(Piece { start_s, before, from: last, to: last, length_s: f64::INFINITY });
        Self { pieces }
    }

    /// A rate that stays the same.
    pub(crate) fn flat(rate: f64) -> Self {
        Self { pieces: vec![Piece { start_s: 0.0, before: 0.0, from: rate, to: rate, length_s: f64::INFINITY }] }
    }

    /// The time by which `count` requests are due; `None` where they never are.
    pub(crate) fn time_of(&self, count: f64) -> Option<f64> {
        let holds = |piece: &&Piece| !piece.length_s.is_finite() || count < piece.before + piece.count();
        let piece = self.pieces.iter().find(holds)?;
        let rest = (count - piece.before).max(0.0);
        // The root of slope/2·t² + from·t = rest that is not negative, in the form that does not cancel.
        let under = piece.from.mul_add(piece.from, 2.0 * piece.slope() * rest).max(0.0);
        let divisor = piece.from + under.sqrt();
        if divisor > 0.0 {
            return Some(piece.start_s + 2.0 * rest / divisor);
        }
        // A rate of zero that stays so; a rise from zero has its first request at once.
        (piece.slope() > 0.0 && rest == 0.0).then_some(piece.start_s)
    }

    /// How many requests are due by a time: the integral of the rate.
    pub(crate) fn count_by(&self, time_s: f64) -> f64 {
        let Some(piece) = self.pieces.iter().rev().find(|piece| piece.start_s <= time_s) else { return 0.0 };
        let into = time_s - piece.start_s;
        piece.before + into * (piece.from + piece.slope() * into / 2.0)
    }

    /// The rate at the start.
    pub(crate) fn first_rate(&self) -> f64 {
        self.pieces.first().map_or(0.0, |piece| piece.from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Segment;
    use proptest::prelude::*;
    use std::time::Duration;

    fn profile(parts: &[(f64, f64, f64)]) -> Profile {
        let segment =
            |&(from, to, length): &(f64, f64, f64)| Segment { from, to, duration: Duration::from_secs_f64(length) };
        Profile { segments: parts.iter().map(segment).collect() }
    }

    #[test]
    fn a_ramp_from_zero_has_half_its_requests_in_the_last_third() {
        let curve = Curve::new(&profile(&[(0.0, 100.0, 10.0)]));
        assert_eq!(curve.count_by(10.0), 500.0);
        assert!((curve.time_of(125.0).unwrap() - 5.0).abs() < 1e-9);
        assert_eq!(curve.time_of(0.0), Some(0.0));
        assert!((curve.time_of(600.0).unwrap() - 11.0).abs() < 1e-9, "the last rate goes on");
    }

    #[test]
    fn what_is_never_due_has_no_time() {
        let curve = Curve::new(&profile(&[(10.0, 0.0, 2.0), (0.0, 0.0, 1.0)]));
        assert!(curve.time_of(9.99).unwrap() < 2.0);
        assert_eq!(curve.time_of(10.5), None);
        assert_eq!(Curve::flat(0.0).time_of(0.0), None);
    }

    proptest! {
        #[test]
        fn the_time_of_a_count_is_when_that_many_are_due(
            parts in proptest::collection::vec((0.0..1e5_f64, 0.0..1e5_f64, 0.01..20.0_f64), 1..5), share in 0.0..1.0_f64,
        ) {
            let curve = Curve::new(&profile(&parts));
            let whole: f64 = parts.iter().map(|part| (part.0 + part.1) / 2.0 * part.2).sum();
            let count = share * whole;
            if let Some(time) = curve.time_of(count) {
                prop_assert!((curve.count_by(time) - count).abs() <= 1e-6 * whole.max(1.0), "{time}");
            }
        }
    }
}
