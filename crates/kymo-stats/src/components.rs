//! Where the variance comes from, and how many iterations an invocation should run (Kalibera & Jones, ISMM 2013).
//!
//! Levels count from the inside: 1 iterations, 2 invocations, 3 builds.

use crate::sample;

/// Fewest iterations an invocation runs: below, the spread inside an invocation cannot be seen.
pub const ITERATIONS_MIN: u32 = 3;

/// Most iterations an invocation runs: beyond, invocations buy more. Source: statistics reference, 2.1.
pub const ITERATIONS_MAX: u32 = 50;

/// Variance components of a nested experiment, in squared units of the values (for logarithms: squared relative).
#[derive(Debug, Clone, PartialEq)]
pub struct Components {
    /// Sᵢ², the biased estimates, level 1 first.
    pub s2: Vec<f64>,
    /// Tᵢ², the unbiased estimates, level 1 first; negative ones are set to zero.
    pub t2: Vec<f64>,
}

/// What an invocation costs in time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost {
    /// One iteration, in seconds.
    pub iteration_s: f64,
    /// Starting and warming an invocation, in seconds.
    pub invocation_s: f64,
}

/// Variance components of `values`, nested and balanced: `repetitions[0]` iterations lie side by side, `repetitions[1]` such
/// groups make an invocation's group, and so on; the values are usually logarithms.
///
/// Sᵢ² = 1/(rᵢ₊₁⋯rₙ) · 1/(rᵢ − 1) · Σ over all groups of (mean at level i − 1 − mean at level i)², T₁² = S₁²,
/// Tᵢ² = Sᵢ² − Sᵢ₋₁²/rᵢ₋₁. The first printing of the paper has Tᵢ₋₁² on the right, which is wrong.
///
/// `None` unless the values fill the design and each level is repeated at least twice.
pub fn components(values: &[f64], repetitions: &[usize]) -> Option<Components> {
    let wanted = repetitions.iter().try_fold(1_usize, |product, &r| product.checked_mul(r))?;
    if repetitions.is_empty() || repetitions.iter().any(|&r| r < 2) || values.len() != wanted {
        return None;
    }
    let mut s2 = Vec::with_capacity(repetitions.len());
    let mut means = values.to_vec();
    for &repeated in repetitions {
        let variances: Option<Vec<f64>> = means.chunks_exact(repeated).map(sample::variance).collect();
        let outer: Option<Vec<f64>> = means.chunks_exact(repeated).map(sample::mean).collect();
        s2.push(sample::mean(&variances?)?);
        means = outer?;
    }
    let mut t2 = vec![s2[0]];
    for level in 1..s2.len() {
        t2.push((s2[level] - s2[level - 1] / repetitions[level - 1] as f64).max(0.0));
    }
    Some(Components { s2, t2 })
}

/// Iterations an invocation should run so that a given time buys the narrowest interval: ⌈√((c₂/c₁)·T₁²/T₂²)⌉, held
/// within 3..=50; 50 where invocations do not differ. The rest of the budget buys invocations. `None` without a second
/// level, or if a cost is not a positive number.
pub fn iterations_per_invocation(cost: Cost, components: &Components) -> Option<u32> {
    let (&inner, &outer) = (components.t2.first()?, components.t2.get(1)?);
    let ratio = cost.invocation_s / cost.iteration_s;
    if !(ratio.is_finite() && ratio > 0.0 && cost.iteration_s > 0.0) {
        return None;
    }
    if outer == 0.0 {
        return Some(ITERATIONS_MAX);
    }
    let best = (ratio * inner / outer).sqrt().ceil();
    Some(best.clamp(f64::from(ITERATIONS_MIN), f64::from(ITERATIONS_MAX)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: [f64; 12] = [10.0, 10.2, 9.9, 10.1, 10.5, 10.4, 10.6, 10.7, 9.8, 9.7, 10.0, 9.9];

    fn of_sds(iteration_sd: f64, invocation_sd: f64) -> Components {
        let t2 = vec![iteration_sd.powi(2), invocation_sd.powi(2)];
        Components { s2: t2.clone(), t2 }
    }

    #[test]
    fn golden_components() {
        let found = components(&VALUES, &[4, 3]).unwrap();
        assert!((found.s2[0] - 0.0166667).abs() < 5e-8);
        assert!((found.s2[1] - 0.13).abs() < 1e-12);
        assert!((found.t2[1] - 0.1258333).abs() < 5e-8);
        assert_eq!(found.t2[0], found.s2[0]);
    }

    #[test]
    fn the_design_must_be_filled() {
        assert_eq!(components(&VALUES, &[4, 2]), None);
        assert_eq!(components(&VALUES, &[12, 1]), None);
        assert_eq!(components(&VALUES, &[]), None);
        assert!(components(&VALUES, &[2, 2, 3]).is_some());
    }

    #[test]
    fn a_negative_component_is_zero() {
        let found = components(&[1.0, 2.0, 1.0, 2.0], &[2, 2]).unwrap();
        assert_eq!(found.t2[1], 0.0);
        let cost = Cost { iteration_s: 0.2, invocation_s: 2.0 };
        assert_eq!(iterations_per_invocation(cost, &found), Some(ITERATIONS_MAX));
    }

    #[test]
    fn golden_iterations() {
        let cost = Cost { iteration_s: 0.2, invocation_s: 2.0 };
        assert_eq!(iterations_per_invocation(cost, &of_sds(0.01, 0.01)), Some(4));
        assert_eq!(iterations_per_invocation(cost, &of_sds(0.02, 0.005)), Some(13));
        assert_eq!(iterations_per_invocation(cost, &of_sds(0.001, 0.1)), Some(ITERATIONS_MIN));
        let free = Cost { iteration_s: 0.0, invocation_s: 2.0 };
        assert_eq!(iterations_per_invocation(free, &of_sds(0.01, 0.01)), None);
    }
}
