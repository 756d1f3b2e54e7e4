//! Random draws from a seed.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A stream of random numbers, fixed by a seed and the name of what it is for.
#[derive(Debug, Clone)]
pub struct Draw {
    rng: ChaCha8Rng,
    spare_normal: Option<f64>,
}

impl Draw {
    /// The stream named `purpose` under `seed`. Named streams are independent, so that adding an experiment changes no other.
    pub fn new(seed: u64, purpose: &str) -> Draw {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(fnv1a(purpose));
        Draw { rng, spare_normal: None }
    }

    /// The generator itself, for what takes one.
    pub fn rng(&mut self) -> &mut ChaCha8Rng {
        &mut self.rng
    }

    /// Uniform over 0..1.
    pub fn uniform(&mut self) -> f64 {
        self.rng.random()
    }

    /// Whether an event of this probability happens.
    pub fn happens(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// A whole number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.uniform() * bound as f64) as usize).min(bound.saturating_sub(1))
    }

    /// Standard normal (Marsaglia's polar method).
    pub fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare_normal.take() {
            return spare;
        }
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                let scale = (-2.0 * square.ln() / square).sqrt();
                self.spare_normal = Some(y * scale);
                return x * scale;
            }
        }
    }

    /// Exponential with mean 1.
    pub fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Gamma of shape 2, shifted and scaled to mean 0 and standard deviation 1: skewed to the right.
    pub fn skewed(&mut self) -> f64 {
        (self.exponential() + self.exponential() - 2.0) / std::f64::consts::SQRT_2
    }

    /// Student's t with `dof` > 2 degrees of freedom, scaled to standard deviation 1.
    pub fn heavy(&mut self, dof: u32) -> f64 {
        let chi2: f64 = (0..dof).map(|_| self.normal().powi(2)).sum();
        let dof = f64::from(dof);
        self.normal() / (chi2 / dof).sqrt() * ((dof - 2.0) / dof).sqrt()
    }

    /// Stationary first-order autoregression with standard deviation 1 and lag-1 autocorrelation `phi`.
    pub fn autoregressive(&mut self, n: usize, phi: f64) -> Vec<f64> {
        let innovation = (1.0 - phi * phi).sqrt();
        let mut value = self.normal();
        let mut series = Vec::with_capacity(n);
        for _ in 0..n {
            series.push(value);
            value = phi * value + innovation * self.normal();
        }
        series
    }
}

/// FNV-1a: stable across platforms and releases, which the standard hasher does not promise.
fn fnv1a(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// Mean near 0 and standard deviation near 1.
    fn standardised(name: &str, one: impl Fn(&mut Draw) -> f64) {
        let mut draw = Draw::new(1, name);
        let values: Vec<f64> = (0..200_000).map(|_| one(&mut draw)).collect();
        let (mean, sd) = (sample::mean(&values).unwrap(), sample::sd(&values).unwrap());
        assert!(mean.abs() < 0.02 && (sd - 1.0).abs() < 0.05, "{name}: mean {mean}, sd {sd}");
    }

    #[test]
    fn moments() {
        standardised("normal", Draw::normal);
        standardised("skewed", Draw::skewed);
        standardised("heavy", |draw| draw.heavy(5));
        standardised("exponential", |draw| draw.exponential() - 1.0);
    }

    #[test]
    fn autoregression_has_its_phi() {
        let series = Draw::new(1, "ar").autoregressive(100_000, 0.6);
        let phi = crate::robust::lag1_autocorrelation(&series, 0.0).unwrap();
        assert!((phi - 0.6).abs() < 0.02, "{phi}");
    }

    #[test]
    fn streams_are_fixed_and_differ() {
        let first = |name: &str| Draw::new(7, name).uniform();
        assert_eq!(first("a"), first("a"));
        assert_ne!(first("a"), first("b"));
    }
}
