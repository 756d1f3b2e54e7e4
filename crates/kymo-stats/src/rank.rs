//! Wilcoxon's signed-rank test and the Hodges-Lehmann estimate: a second opinion on paired differences.
//!
//! Never decides a verdict: it only says whether the t interval rests on a few extreme rounds.

use crate::{sample, student};
use std::sync::OnceLock;

/// Up to this many non-zero differences the distribution is computed exactly; beyond, the normal approximation is off by
/// less than anyone could use. Source: statistics reference, 2.2.
const EXACT_UP_TO: usize = 25;

/// Two-sided p of Wilcoxon's signed-rank test that `differences` are symmetric about zero. Zeros are dropped, ties get
/// midranks. `None` if no difference is left, or one is not a number.
pub fn wilcoxon_p(differences: &[f64]) -> Option<f64> {
    if differences.iter().any(|d| d.is_nan()) {
        return None;
    }
    let mut kept: Vec<f64> = differences.iter().copied().filter(|&d| d != 0.0).collect();
    if kept.is_empty() {
        return None;
    }
    kept.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let ranks = doubled_midranks(&kept);
    let positive: usize = kept.iter().zip(&ranks).filter(|(d, _)| **d > 0.0).map(|(_, rank)| rank).sum();
    if kept.len() <= EXACT_UP_TO { Some(exact_p(&ranks, positive)) } else { Some(approximate_p(&ranks, positive)) }
}

/// Hodges-Lehmann estimate of the centre, in the unit of the differences: the median of (dᵢ + dⱼ)/2 over i ≤ j. `None`
/// if there are none.
pub fn hodges_lehmann(differences: &[f64]) -> Option<f64> {
    let n = differences.len();
    let mut averages = Vec::with_capacity(n * (n + 1) / 2);
    for (i, &left) in differences.iter().enumerate() {
        averages.extend(differences[i..].iter().map(|&right| (left + right) / 2.0));
    }
    sample::median(&averages)
}

/// Twice the midranks of values sorted by magnitude: whole numbers even where ties share a rank.
fn doubled_midranks(sorted: &[f64]) -> Vec<usize> {
    let mut ranks = Vec::with_capacity(sorted.len());
    for tied in sorted.chunk_by(|a, b| a.abs() == b.abs()) {
        let first = ranks.len() + 1;
        let last = ranks.len() + tied.len();
        ranks.extend(std::iter::repeat_n(first + last, tied.len()));
    }
    ranks
}

/// Exact p: each rank is positive or negative with probability ½, so the distribution of the sum is built rank by rank.
fn exact_p(ranks: &[usize], positive: usize) -> f64 {
    let untied = ranks.iter().enumerate().all(|(place, rank)| *rank == 2 * (place + 1));
    let tied;
    let probability = match UNTIED.get(ranks.len()).filter(|_| untied) {
        Some(known) => known.get_or_init(|| distribution(ranks)),
        None => {
            tied = distribution(ranks);
            &tied
        }
    };
    let below: f64 = probability[..=positive].iter().sum();
    let above: f64 = probability[positive..].iter().sum();
    (2.0 * below.min(above)).min(1.0)
}

/// The distributions without ties, by the number of differences: a report over hundreds of benchmarks needs the same few
/// again and again.
static UNTIED: [OnceLock<Vec<f64>>; EXACT_UP_TO + 1] = [const { OnceLock::new() }; EXACT_UP_TO + 1];

/// The probability of each sum of doubled ranks.
fn distribution(ranks: &[usize]) -> Vec<f64> {
    let total: usize = ranks.iter().sum();
    let mut probability = vec![0.0; total + 1];
    probability[0] = 1.0;
    let mut reach = 0;
    for &rank in ranks {
        reach += rank;
        for sum in (0..=reach).rev() {
            let with = if sum >= rank { probability[sum - rank] } else { 0.0 };
            probability[sum] = 0.5 * (probability[sum] + with);
        }
    }
    probability
}

/// Normal approximation with continuity correction; the variance Σrank²/4 accounts for ties by itself.
fn approximate_p(ranks: &[usize], positive: usize) -> f64 {
    let total: f64 = ranks.iter().map(|&rank| rank as f64).sum();
    let variance: f64 = ranks.iter().map(|&rank| (rank as f64).powi(2)).sum::<f64>() / 4.0;
    // Ranks are doubled, so half a rank is 1.
    let distance = ((positive as f64 - total / 2.0).abs() - 1.0).max(0.0);
    student::normal_two_sided_p(distance / variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_positive_is_two_of_all_sign_patterns() {
        let differences: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(wilcoxon_p(&differences), Some(2.0 / 1024.0));
    }

    #[test]
    fn a_small_case_by_hand() {
        // Ranks 1, 2, 3, of which only 1 is negative: W+ = 5; P(W ≥ 5) = 2/8.
        assert_eq!(wilcoxon_p(&[-1.0, 2.0, 3.0]), Some(0.5));
        // Midranks 1.5, 1.5, 3: W+ = 4.5; the sums 4.5, 4.5 and 6 of eight are as large.
        assert_eq!(wilcoxon_p(&[-1.0, 1.0, 3.0]), Some(0.75));
    }

    #[test]
    fn zeros_are_dropped() {
        assert_eq!(wilcoxon_p(&[0.0, 0.0]), None);
        assert_eq!(wilcoxon_p(&[0.0, -1.0, 2.0, 3.0]), Some(0.5));
    }

    #[test]
    fn approximation_meets_the_exact_distribution() {
        let differences: Vec<f64> = (1..=25).map(|i| if i % 3 == 0 { -f64::from(i) } else { f64::from(i) }).collect();
        let exact = wilcoxon_p(&differences).unwrap();
        let ranks = doubled_midranks(&differences);
        let positive = differences.iter().zip(&ranks).filter(|(d, _)| **d > 0.0).map(|(_, r)| r).sum();
        assert!((approximate_p(&ranks, positive) - exact).abs() < 0.003);
    }

    #[test]
    fn hodges_lehmann_resists_one_wild_value() {
        assert_eq!(hodges_lehmann(&[1.0, 2.0, 3.0]), Some(2.0));
        assert!(hodges_lehmann(&[1.0, 2.0, 3.0, 2.0, 1000.0]).unwrap() < 4.0);
        assert_eq!(hodges_lehmann(&[]), None);
    }
}
