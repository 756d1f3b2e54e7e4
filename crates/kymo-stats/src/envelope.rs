//! The lower envelope of parabolas that functional pruning keeps: which start of the last segment is cheapest at which
//! level of it.
//!
//! The cost of the values since start a at level μ is q_a(μ) = F(a) + Σ (y − μ)². For two starts a < b the difference
//! q_b − q_a is the same at every later end, since both gain the same by a further value: it is a downward parabola in
//! μ, so the earlier start is the cheaper one within an interval, and nowhere else, for ever.

/// A start of the last segment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Candidate {
    /// Its first value, as an index.
    pub start: usize,
    /// Sum of the values before it.
    pub sum: f64,
    /// Cost of the best partition before it, minus the sum of the squares of the values before it.
    pub offset: f64,
}

/// By how much more a later candidate costs than an earlier one: constant + 2·sum·μ − length·μ².
struct Difference {
    constant: f64,
    sum: f64,
    length: usize,
}

impl Difference {
    fn new(earlier: &Candidate, later: &Candidate) -> Difference {
        Difference {
            constant: later.offset - earlier.offset,
            sum: later.sum - earlier.sum,
            length: later.start - earlier.start,
        }
    }

    fn at(&self, level: f64) -> f64 {
        self.constant + level * (2.0 * self.sum - self.length as f64 * level)
    }

    /// The levels from `low` to `high` at which it is positive; `None` if there are none.
    fn positive(&self, low: f64, high: f64, inverse: &[f64]) -> Option<(f64, f64)> {
        let centre = self.sum * inverse[self.length];
        let square = centre * centre + self.constant * inverse[self.length];
        if square <= 0.0 {
            return None;
        }
        let reach = square.sqrt();
        let (from, to) = (low.max(centre - reach), high.min(centre + reach));
        (from < to).then_some((from, to))
    }
}

/// A stretch of levels, from where the one before it ends.
#[derive(Debug, Clone, Copy)]
struct Piece {
    upto: f64,
    cheapest: Candidate,
}

/// Which candidate is cheapest, for every level within the range of the series.
#[derive(Debug)]
pub(crate) struct Envelope {
    least: f64,
    pieces: Vec<Piece>,
    next: Vec<Piece>,
}

impl Envelope {
    /// The envelope of one candidate, over the levels from `least` to `most`.
    pub fn new(least: f64, most: f64, first: Candidate) -> Envelope {
        Envelope { least, pieces: vec![Piece { upto: most, cheapest: first }], next: Vec::new() }
    }

    /// Lets a later candidate in, wherever it is cheaper. `inverse[k]` is 1/k: dividing would take most of the time.
    pub fn insert(&mut self, later: Candidate, inverse: &[f64]) {
        self.next.clear();
        let mut low = self.least;
        let mut at_low = self.pieces.first().map_or(0.0, |piece| Difference::new(&piece.cheapest, &later).at(low));
        for piece in &self.pieces {
            let high = piece.upto;
            let difference = Difference::new(&piece.cheapest, &later);
            // Where two pieces meet they cost the same, so this is the next one's difference, too.
            let at_high = difference.at(high);
            // A downward parabola that is positive at both ends is so between them: by far the most common case.
            if at_low > 0.0 && at_high > 0.0 {
                append(&mut self.next, high, piece.cheapest);
            } else if let Some((from, to)) = difference.positive(low, high, inverse) {
                if from > low {
                    append(&mut self.next, from, later);
                }
                append(&mut self.next, to, piece.cheapest);
                if to < high {
                    append(&mut self.next, high, later);
                }
            } else {
                append(&mut self.next, high, later);
            }
            (low, at_low) = (high, at_high);
        }
        std::mem::swap(&mut self.pieces, &mut self.next);
    }

    /// The candidates that are cheapest somewhere, some of them twice.
    pub fn candidates(&self) -> impl Iterator<Item = &Candidate> {
        self.pieces.iter().map(|piece| &piece.cheapest)
    }
}

fn append(pieces: &mut Vec<Piece>, upto: f64, cheapest: Candidate) {
    match pieces.last_mut() {
        Some(last) if last.cheapest.start == cheapest.start => last.upto = upto,
        _ => pieces.push(Piece { upto, cheapest }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INVERSE: [f64; 7] = [1.0, 1.0, 1.0 / 2.0, 1.0 / 3.0, 1.0 / 4.0, 1.0 / 5.0, 1.0 / 6.0];

    fn starts(envelope: &Envelope) -> Vec<usize> {
        envelope.candidates().map(|candidate| candidate.start).collect()
    }

    #[test]
    fn the_cheapest_wins_at_its_levels() {
        // After four values 0, 0, 9, 9: start 0 costs 162 − 36μ + 4μ², start 2 (with 5 to pay) 5 + 162 − 36μ + 2μ².
        let mut envelope = Envelope::new(0.0, 9.0, Candidate { start: 0, sum: 0.0, offset: 0.0 });
        envelope.insert(Candidate { start: 2, sum: 0.0, offset: 5.0 }, &INVERSE);
        assert_eq!(starts(&envelope), [0, 2]);
        assert!((envelope.pieces[0].upto - 2.5_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn who_is_nowhere_cheapest_is_forgotten() {
        let mut envelope = Envelope::new(-1.0, 1.0, Candidate { start: 0, sum: 0.0, offset: 0.0 });
        envelope.insert(Candidate { start: 3, sum: 0.0, offset: 50.0 }, &INVERSE);
        assert_eq!(starts(&envelope), [0]);
        envelope.insert(Candidate { start: 6, sum: 0.0, offset: -1.0 }, &INVERSE);
        assert_eq!(starts(&envelope), [6]);
    }
}
