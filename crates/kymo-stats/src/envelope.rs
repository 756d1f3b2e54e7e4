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

impl Candidate {
    /// The levels at which this one is cheaper than a later one; `None` if there are none.
    fn cheaper_than(&self, later: &Candidate) -> Option<(f64, f64)> {
        let inverse = 1.0 / (later.start - self.start) as f64;
        let centre = (later.sum - self.sum) * inverse;
        let square = centre * centre + (later.offset - self.offset) * inverse;
        (square > 0.0).then(|| {
            let reach = square.sqrt();
            (centre - reach, centre + reach)
        })
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

    /// Lets a later candidate in, wherever it is cheaper.
    pub fn insert(&mut self, later: Candidate) {
        self.next.clear();
        let mut low = self.least;
        for piece in &self.pieces {
            let high = piece.upto;
            match piece.cheapest.cheaper_than(&later) {
                Some((from, to)) if from < high && to > low => {
                    if from > low {
                        append(&mut self.next, from, later);
                    }
                    append(&mut self.next, to.min(high), piece.cheapest);
                    if to < high {
                        append(&mut self.next, high, later);
                    }
                }
                _ => append(&mut self.next, high, later),
            }
            low = high;
        }
        std::mem::swap(&mut self.pieces, &mut self.next);
    }

    /// The starts that are cheapest somewhere, some of them twice.
    pub fn starts(&self) -> impl Iterator<Item = usize> {
        self.pieces.iter().map(|piece| piece.cheapest.start)
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

    #[test]
    fn the_cheapest_wins_at_its_levels() {
        // After four values 0, 0, 9, 9: start 0 costs 162 − 36μ + 4μ², start 2 (with 5 to pay) 5 + 162 − 36μ + 2μ².
        let mut envelope = Envelope::new(0.0, 9.0, Candidate { start: 0, sum: 0.0, offset: 0.0 });
        envelope.insert(Candidate { start: 2, sum: 0.0, offset: 5.0 });
        assert_eq!(envelope.starts().collect::<Vec<_>>(), [0, 2]);
        assert!((envelope.pieces[0].upto - 2.5_f64.sqrt()).abs() < 1e-12);
    }

    #[test]
    fn who_is_nowhere_cheapest_is_forgotten() {
        let mut envelope = Envelope::new(-1.0, 1.0, Candidate { start: 0, sum: 0.0, offset: 0.0 });
        envelope.insert(Candidate { start: 3, sum: 0.0, offset: 50.0 });
        assert_eq!(envelope.starts().collect::<Vec<_>>(), [0]);
        envelope.insert(Candidate { start: 6, sum: 0.0, offset: -1.0 });
        assert_eq!(envelope.starts().collect::<Vec<_>>(), [6]);
    }
}
