//! The order of variants within rounds: random, and balanced.
//!
//! Draw an order for each benchmark separately: a common one makes their errors go together.

use rand::{Rng, RngExt};

/// Orders of `variants` variants, round after round, without end; each item is a permutation of 0..variants. Equal seeds
/// give equal orders. Nothing is yielded for zero variants.
pub fn order<R: Rng>(variants: usize, rng: R) -> Rounds<R> {
    Rounds { variants, rng, square: Vec::new() }
}

/// Random cyclic Latin squares, one after the other: after each `variants` rounds, every variant has stood in every place
/// equally often. For two variants that is AB·BA or BA·AB by a coin.
#[derive(Debug, Clone)]
pub struct Rounds<R> {
    variants: usize,
    rng: R,
    /// Rounds of the current square that are still to come, the next one last.
    square: Vec<Vec<usize>>,
}

impl<R: Rng> Iterator for Rounds<R> {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        if self.square.is_empty() {
            self.square = self.draw_square();
        }
        self.square.pop()
    }
}

impl<R: Rng> Rounds<R> {
    /// A cyclic square with its symbols and its rows shuffled. Shuffling the symbols changes which variant follows which, so
    /// that no variant inherits the same neighbour's cache for ever.
    fn draw_square(&mut self) -> Vec<Vec<usize>> {
        let k = self.variants;
        let symbols = self.shuffled();
        let rows = self.shuffled();
        rows.iter().map(|row| (0..k).map(|place| symbols[(place + row) % k]).collect()).collect()
    }

    /// A random permutation (Fisher & Yates). Written out, for a stored seed must give the same order for ever, whatever a
    /// library does to its shuffle.
    fn shuffled(&mut self) -> Vec<usize> {
        let mut items: Vec<usize> = (0..self.variants).collect();
        for last in (1..items.len()).rev() {
            items.swap(last, below(&mut self.rng, last + 1));
        }
        items
    }
}

/// A whole number below `bound`, from 53 random bits: biased by less than bound/2⁵³.
fn below(rng: &mut impl Rng, bound: usize) -> usize {
    let unit: f64 = rng.random();
    ((unit * bound as f64) as usize).min(bound - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    fn rounds(variants: usize, seed: u64) -> impl Iterator<Item = Vec<usize>> {
        order(variants, ChaCha8Rng::seed_from_u64(seed))
    }

    #[test]
    fn two_variants_come_in_twos() {
        let drawn: Vec<Vec<usize>> = rounds(2, 7).take(2000).collect();
        let mut first_is_a = 0;
        for pair in drawn.chunks(2) {
            assert!(pair == [[0, 1], [1, 0]] || pair == [[1, 0], [0, 1]], "{pair:?}");
            first_is_a += usize::from(pair[0][0] == 0);
        }
        assert!((420..580).contains(&first_is_a), "a fair coin: {first_is_a} of 1000");
    }

    #[test]
    fn a_seed_gives_one_order_for_ever() {
        let drawn: Vec<Vec<usize>> = rounds(3, 1).take(6).collect();
        assert_eq!(drawn, rounds(3, 1).take(6).collect::<Vec<_>>());
        assert_ne!(drawn, rounds(3, 2).take(6).collect::<Vec<_>>());
    }

    #[test]
    fn one_variant_and_none() {
        assert_eq!(rounds(1, 1).take(2).collect::<Vec<_>>(), [[0], [0]]);
        assert_eq!(rounds(0, 1).next(), None);
    }

    #[test]
    fn every_neighbour_comes_about() {
        let mut follows = [[0_u32; 4]; 4];
        for round in rounds(4, 3).take(4000) {
            for pair in round.windows(2) {
                follows[pair[0]][pair[1]] += 1;
            }
        }
        for (i, row) in follows.iter().enumerate() {
            for (j, &count) in row.iter().enumerate().filter(|(j, _)| *j != i) {
                assert!((850..1150).contains(&count), "{j} after {i}: {count} of 12000");
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn places_are_balanced_after_every_square(variants in 1_usize..9, squares in 1_usize..5, seed: u64) {
            let mut places = vec![vec![0; variants]; variants];
            for round in rounds(variants, seed).take(variants * squares) {
                let mut sorted = round.clone();
                sorted.sort_unstable();
                proptest::prop_assert_eq!(sorted, (0..variants).collect::<Vec<_>>());
                for (place, variant) in round.into_iter().enumerate() {
                    places[variant][place] += 1;
                }
            }
            proptest::prop_assert!(places.iter().flatten().all(|&count| count == squares));
        }
    }
}
