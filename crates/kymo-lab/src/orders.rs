//! The order of variants in each round of each benchmark: fixed by the plan's seed, drawn apart for each benchmark,
//! since a common order would make their errors go together.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

/// The orders of one benchmark's rounds, made as far as they are asked for.
pub struct Orders {
    variants: Vec<usize>,
    drawn: Vec<Vec<usize>>,
    source: Box<dyn Iterator<Item = Vec<usize>>>,
}

impl Orders {
    /// The orders of these variants for the benchmark with this index.
    pub fn new(seed: u64, benchmark: usize, variants: Vec<usize>) -> Self {
        // Streams of one ChaCha key never overlap; stream 0 is kept for other uses of the seed.
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(benchmark as u64 + 1);
        Self { drawn: Vec::new(), source: Box::new(kymo_stats::order(variants.len(), rng)), variants }
    }

    /// The order of a round, counted from 1: indices of variants.
    pub fn round(&mut self, round: u32) -> &[usize] {
        let index = round.saturating_sub(1) as usize;
        while self.drawn.len() <= index {
            let places = self.source.next().unwrap_or_default();
            self.drawn.push(places.into_iter().map(|place| self.variants[place]).collect());
        }
        &self.drawn[index]
    }

    /// How many variants the rounds have: after so many rounds every one has stood in every place equally often.
    pub fn square(&self) -> usize {
        self.variants.len()
    }
}
