//! The figures that the measured ones are held against.

use kymo_stats::{compare::ALPHA, floor::BAND_OUTSIDE, student};
use statrs::distribution::{Binomial, DiscreteCDF};

/// Steps of the integral over the spread. Halving them changes no printed digit.
const STEPS: u32 = 4000;

/// The power of the paired t at 5 %, two-sided, to find a positive effect as such, for normal differences of rounds: the
/// upper tail of the noncentral t, as an integral over u = s/σ of what a known spread would find.
pub fn power(effect_log: f64, sd_log: f64, rounds: usize) -> Option<f64> {
    if sd_log <= 0.0 || rounds < 2 {
        return None;
    }
    let dof = (rounds - 1) as f64;
    let critical = student::quantile(1.0 - ALPHA / 2.0, dof)?;
    let shift = effect_log / sd_log * (rounds as f64).sqrt();
    // u² has mean 1 and variance 2/ν: beyond twelve deviations nothing is left.
    let end = 1.0 + 12.0 / dof.sqrt();
    let (mut found, mut all) = (0.0, 0.0);
    for step in 1..STEPS {
        let u = end * f64::from(step) / f64::from(STEPS);
        // The density of √(χ²/ν), up to a factor; the logarithm keeps it in range.
        let weight = ((dof - 1.0) * u.ln() - dof * (u * u - 1.0) / 2.0).exp();
        found += weight * upper(critical * u - shift);
        all += weight;
    }
    Some(found / all)
}

/// P(Z > z) for a standard normal Z.
fn upper(z: f64) -> f64 {
    let tail = student::normal_two_sided_p(z) / 2.0;
    if z >= 0.0 { tail } else { 1.0 - tail }
}

/// How many of `n` are found at this chance, in 99 of 100 experiments.
pub fn band(chance: f64, n: usize) -> Option<(u64, u64)> {
    let n = n as u64;
    if chance >= 1.0 {
        return Some((n, n));
    }
    let binomial = Binomial::new(chance, n).ok()?;
    Some((binomial.inverse_cdf(BAND_OUTSIDE / 2.0), binomial.inverse_cdf(1.0 - BAND_OUTSIDE / 2.0)))
}

/// Standard deviation pooled over comparisons of equal size: the root of the mean variance.
pub fn pooled_sd(sds: &[f64]) -> f64 {
    (sds.iter().map(|sd| sd * sd).sum::<f64>() / sds.len().max(1) as f64).sqrt()
}

/// The middle of some figures.
pub fn median(values: impl Iterator<Item = f64>) -> Option<f64> {
    kymo_stats::sample::quantile(&values.collect::<Vec<f64>>(), 0.5)
}
