//! Which request is sent: drawn by weight.

use crate::arrivals::uniform;
use crate::spec::RequestSpec;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// Draws requests by their weights, from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Mix {
    /// Sums of weights up to each request, over the whole; empty where there is but one request.
    sums: Vec<f64>,
    random: Box<ChaCha8Rng>,
}

impl Mix {
    /// `stream` keeps draws of one seed apart.
    pub(crate) fn new(requests: &[RequestSpec], seed: u64, stream: u64) -> Self {
        let whole: f64 = requests.iter().map(|request| request.weight).sum();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(stream);
        let sums = requests.iter().scan(0.0, |sum, request| {
            *sum += request.weight / whole;
            Some(*sum)
        });
        let sums = if requests.len() > 1 { sums.collect() } else { Vec::new() };
        Self { sums, random: Box::new(random) }
    }

    /// The number of the next request.
    pub(crate) fn draw(&mut self) -> u32 {
        if self.sums.is_empty() {
            return 0;
        }
        let at = uniform(&mut *self.random);
        // Rounding may leave the last sum a little below 1.
        self.sums.partition_point(|sum| *sum < at).min(self.sums.len() - 1) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::Expect;

    #[test]
    fn requests_come_by_their_weights() {
        let request = |weight| RequestSpec {
            weight,
            method: "GET".to_owned(),
            path: "/".to_owned(),
            headers: Vec::new(),
            body: Vec::new(),
            expect: Expect::default(),
        };
        let requests: Vec<_> = [1.0, 2.0, 7.0].into_iter().map(request).collect();
        let mut mix = Mix::new(&requests, 1, 0);
        let mut counts = [0_u32; 3];
        for _ in 0..10_000 {
            counts[mix.draw() as usize] += 1;
        }
        // Six standard errors of a count of 2,000 are 240.
        for (count, expected) in counts.into_iter().zip([1000, 2000, 7000]) {
            assert!(count.abs_diff(expected) < 300, "{counts:?}");
        }
    }
}
