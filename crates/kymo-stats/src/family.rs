//! Many comparisons in one report: adjusted p-values.
//!
//! A family is all benchmarks × phases × primary noisy metrics of a report; counters and memory are a family of their
//! own. Forty tests at 5 % without adjustment raise a false alarm in 87 % of reports (simulated, `docs/validation.md`, S5).

/// q-values of Benjamini & Hochberg 1995, in the order of `p`: q₍ᵢ₎ = min over j ≥ i of p₍ⱼ₎·m/j, at most 1. `None` if one is
/// not a probability.
pub fn benjamini_hochberg(p: &[f64]) -> Option<Vec<f64>> {
    let order = ascending(p)?;
    let m = p.len() as f64;
    let mut adjusted = vec![1.0; p.len()];
    let mut least = 1.0_f64;
    for (position, &at) in order.iter().enumerate().rev() {
        // The factor first: it is at least 1, so that rounding never puts q below p.
        least = least.min(p[at] * (m / (position + 1) as f64));
        adjusted[at] = least;
    }
    Some(adjusted)
}

/// Adjusted p-values of Holm 1979, in the order of `p`: p̃₍ᵢ₎ = max over j ≤ i of (m − j + 1)·p₍ⱼ₎, at most 1. Instead of
/// Benjamini-Hochberg in a gate that blocks a merge. `None` if one is not a probability.
pub fn holm(p: &[f64]) -> Option<Vec<f64>> {
    let order = ascending(p)?;
    let m = p.len();
    let mut adjusted = vec![1.0; m];
    let mut largest = 0.0_f64;
    for (position, &at) in order.iter().enumerate() {
        largest = largest.max((m - position) as f64 * p[at]).min(1.0);
        adjusted[at] = largest;
    }
    Some(adjusted)
}

/// Positions of `p` from the smallest value to the largest.
fn ascending(p: &[f64]) -> Option<Vec<usize>> {
    if p.iter().any(|p| !(0.0..=1.0).contains(p)) {
        return None;
    }
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|&i, &j| p[i].total_cmp(&p[j]));
    Some(order)
}

#[cfg(test)]
mod tests {
    use super::*;

    const P: [f64; 10] = [0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216];

    #[test]
    fn golden_benjamini_hochberg() {
        let expected = [0.01, 0.04, 0.084, 0.084, 0.084, 0.1, 0.105714, 0.216, 0.216, 0.216];
        for (found, expected) in benjamini_hochberg(&P).unwrap().iter().zip(expected) {
            assert!((found - expected).abs() < 5e-7, "{found} {expected}");
        }
    }

    #[test]
    fn holm_by_hand() {
        let found = holm(&[0.04, 0.01, 0.03]).unwrap();
        for (found, expected) in found.iter().zip([0.06, 0.03, 0.06]) {
            assert!((found - expected).abs() < 1e-12);
        }
    }

    #[test]
    fn order_is_kept_and_holm_is_never_laxer() {
        let mut shuffled = P;
        shuffled.reverse();
        let forward = benjamini_hochberg(&P).unwrap();
        let mut backward = benjamini_hochberg(&shuffled).unwrap();
        backward.reverse();
        assert_eq!(forward, backward);
        assert!(holm(&P).unwrap().iter().zip(&forward).all(|(holm, bh)| holm >= bh));
    }

    #[test]
    fn not_a_probability() {
        assert_eq!(benjamini_hochberg(&[0.5, 1.1]), None);
        assert_eq!(holm(&[f64::NAN]), None);
        assert_eq!(benjamini_hochberg(&[]), Some(vec![]));
    }
}
