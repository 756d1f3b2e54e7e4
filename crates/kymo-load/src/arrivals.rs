//! When requests are due, one after the other, without a list of them.

use crate::curve::Curve;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const NS: f64 = 1e9;

/// Arrival times in a stretch of time, ascending, in nanoseconds from its start. Constant memory.
#[derive(Clone, Debug)]
pub(crate) struct Arrivals {
    curve: Curve,
    kind: Kind,
    length_ns: u64,
}

#[derive(Clone, Debug)]
enum Kind {
    /// Arrival `next` is due when the curve has as many.
    Constant { next: u64 },
    /// In the curve's own measure (requests), distances are exponential with mean 1: an inhomogeneous Poisson process
    /// by inversion of its intensity (Çinlar, *Introduction to Stochastic Processes*, 1975, chapter 4.7).
    Poisson { at: f64, random: Box<ChaCha8Rng> },
}

impl Arrivals {
    pub(crate) fn constant(curve: Curve, length_ns: u64) -> Self {
        Self { curve, kind: Kind::Constant { next: 0 }, length_ns }
    }

    /// `stream` keeps processes of one seed apart.
    pub(crate) fn poisson(curve: Curve, length_ns: u64, seed: u64, stream: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        let mut arrivals = Self { curve, kind: Kind::Poisson { at: 0.0, random: Box::new(random) }, length_ns };
        arrivals.step();
        arrivals
    }

    /// The next one's time, which stays the next; `None` after the last.
    pub(crate) fn peek(&self) -> Option<u64> {
        let at = match &self.kind {
            Kind::Constant { next } => *next as f64,
            Kind::Poisson { at, .. } => *at,
        };
        self.time_of(at)
    }

    /// To the one after the next.
    fn step(&mut self) {
        match &mut self.kind {
            Kind::Constant { next } => *next += 1,
            Kind::Poisson { at, random } => *at -= uniform(random).ln(),
        }
    }

    fn time_of(&self, count: f64) -> Option<u64> {
        let time_s = self.curve.time_of(count)?;
        // To the nearest: request r·d of a rate r is due at d to the nanosecond, and so outside a stretch of length d.
        let time_ns = (time_s * NS).round();
        (time_ns < self.length_ns as f64).then_some(time_ns as u64)
    }

    /// Steps over all that are due before a time; how many they were.
    pub(crate) fn skip_before(&mut self, time_ns: u64) -> u64 {
        let time_ns = time_ns.min(self.length_ns);
        if let Kind::Constant { next } = self.kind {
            let end = self.constant_before(time_ns).max(next);
            self.kind = Kind::Constant { next: end };
            return end - next;
        }
        let mut count = 0;
        while self.peek().is_some_and(|due| due < time_ns) {
            self.step();
            count += 1;
        }
        count
    }

    /// How many of a constant plan are due before a time: from the curve, and set right for rounding.
    fn constant_before(&self, time_ns: u64) -> u64 {
        let before = |count: u64| self.time_of(count as f64).is_some_and(|due| due < time_ns);
        let mut count = self.curve.count_by(time_ns as f64 / NS).max(0.0) as u64;
        while count > 0 && !before(count - 1) {
            count -= 1;
        }
        while before(count) {
            count += 1;
        }
        count
    }
}

impl Iterator for Arrivals {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let due = self.peek()?;
        self.step();
        Some(due)
    }
}

/// A number above 0 and at most 1, of 53 random bits.
pub(crate) fn uniform(random: &mut impl Rng) -> f64 {
    ((random.next_u64() >> 11) + 1) as f64 * (1.0 / (1_u64 << 53) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: u64 = 1_000_000_000;

    #[test]
    fn a_constant_rate_has_as_many_as_it_says_at_one_distance() {
        let times: Vec<u64> = Arrivals::constant(Curve::flat(1000.0), 2 * SECOND).collect();
        assert_eq!(times.len(), 2000);
        assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 1_000_000));
        assert_eq!(Arrivals::constant(Curve::flat(30.0), SECOND / 10).count(), 3, "0.1 s is no round number in binary");
    }

    proptest! {
        #[test]
        fn times_ascend_within_the_stretch_and_are_those_of_the_seed(rate in 1.0..50_000.0_f64, seed: u64) {
            let length = SECOND / 5;
            let draw = |stream| Arrivals::poisson(Curve::flat(rate), length, seed, stream);
            let times: Vec<u64> = draw(0).collect();
            prop_assert!(times.is_sorted());
            prop_assert!(times.iter().all(|time| *time < length));
            prop_assert_eq!(&times, &draw(0).collect::<Vec<_>>());
            prop_assert!(times.len() < 20 || times != draw(1).collect::<Vec<_>>());
        }

        /// Counts of a Poisson process have their mean as their variance; distances of the same mean 1/rate.
        #[test]
        fn poisson_counts_have_mean_and_variance_of_the_rate(seed: u64) {
            const RATE: f64 = 20.0;
            const CELLS: usize = 2000;
            let mut counts = vec![0.0_f64; CELLS];
            for time in Arrivals::poisson(Curve::flat(RATE), CELLS as u64 * SECOND, seed, 0) {
                counts[(time / SECOND) as usize] += 1.0;
            }
            let mean = counts.iter().sum::<f64>() / CELLS as f64;
            let variance = counts.iter().map(|count| (count - mean).powi(2)).sum::<f64>() / (CELLS - 1) as f64;
            // Six standard errors: sqrt(20/2000) = 0.1 of the mean, about 20·sqrt(2/2000) = 0.63 of the variance.
            prop_assert!((mean - RATE).abs() < 0.6, "{mean}");
            prop_assert!((variance - RATE).abs() < 4.0, "{variance}");
        }

        #[test]
        fn what_is_stepped_over_is_counted_as_if_drawn(
            rate in 0.5..5000.0_f64, first in 0..2 * SECOND, more in 0..SECOND, seed: u64, poisson: bool,
        ) {
            let length = 2 * SECOND;
            let fresh = || match poisson {
                true => Arrivals::poisson(Curve::flat(rate), length, seed, 0),
                false => Arrivals::constant(Curve::flat(rate), length),
            };
            let times: Vec<u64> = fresh().collect();
            let mut skipping = fresh();
            let (one, two) = (skipping.skip_before(first), skipping.skip_before(first + more));
            prop_assert_eq!(one as usize, times.iter().filter(|time| **time < first).count());
            prop_assert_eq!((one + two) as usize, times.iter().filter(|time| **time < first + more).count());
            prop_assert_eq!(skipping.next(), times.iter().copied().find(|time| *time >= first + more));
        }
    }

    /// One server, first come first served, without a clock: mean response times over two million arrivals against
    /// the formulas of M/D/1 and M/M/1.
    #[test]
    fn queues_fed_by_the_plan_are_as_long_as_the_formulas_say() {
        const RATE: f64 = 600.0;
        const SERVICE_S: f64 = 1e-3;
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut mean_response = |is_random: bool| {
            let (mut departure, mut sum, mut count) = (0.0_f64, 0.0, 0_u32);
            for due in Arrivals::poisson(Curve::flat(RATE), 3333 * SECOND, 5, 0) {
                let arrival = due as f64 / NS;
                let service = if is_random { -uniform(&mut random).ln() * SERVICE_S } else { SERVICE_S };
                departure = departure.max(arrival) + service;
                sum += departure - arrival;
                count += 1;
            }
            sum / f64::from(count)
        };
        let load = RATE * SERVICE_S;
        let (fixed, exponential) = (mean_response(false), mean_response(true));
        assert!((fixed / (SERVICE_S * (1.0 + load / (2.0 * (1.0 - load)))) - 1.0).abs() < 0.01, "{fixed}");
        assert!((exponential / (SERVICE_S / (1.0 - load)) - 1.0).abs() < 0.02, "{exponential}");
    }
}
