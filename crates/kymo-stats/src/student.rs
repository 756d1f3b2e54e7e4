//! Student's t distribution: two-sided tail and quantile.
//!
//! statrs supplies the incomplete beta function. Its own t quantile is not used, for it loses digits with the degrees of
//! freedom (1e-3 at 10⁶): up to a thousand, Newton's method on the tail is exact to rounding; above, expansions are.

use std::cell::RefCell;
use std::collections::HashMap;
use std::f64::consts::{PI, SQRT_2};

use statrs::function::{beta::beta_reg, erf, gamma::ln_gamma};

/// Above this many degrees of freedom the quantile is the normal one with its correction terms (Abramowitz & Stegun
/// 26.7.5): the third term is below 3e-9 there, and the beta function's continued fraction begins to lose digits.
const EXPANSION_ABOVE_DOF: f64 = 1000.0;

/// Newton's method gains digits quadratically once near; from afar it doubles, so 200 steps reach any finite quantile.
const NEWTON_STEPS_MAX: usize = 200;

/// `P(|T| > |t|)` for Student's t with `dof` degrees of freedom; `None` unless `dof` is positive and `t` is a number.
pub fn two_sided_p(t: f64, dof: f64) -> Option<f64> {
    if t.is_nan() || dof.is_nan() || dof <= 0.0 {
        return None;
    }
    if t.is_infinite() {
        return Some(0.0);
    }
    Some(tail(t.abs(), dof))
}

/// Quantile: the t with `P(T ≤ t) = probability`, at `dof` degrees of freedom (need not be whole); `None` unless
/// 0 < `probability` < 1 and `dof` > 0.
pub fn quantile(probability: f64, dof: f64) -> Option<f64> {
    if !(probability > 0.0 && probability < 1.0 && dof > 0.0) {
        return None;
    }
    if probability < 0.5 {
        return quantile(1.0 - probability, dof).map(|t| -t);
    }
    let start = expansion(normal_quantile(probability)?, dof);
    if dof > EXPANSION_ABOVE_DOF {
        return Some(start);
    }
    let exact = || newton(2.0 * (1.0 - probability), start, dof);
    Some(if dof.fract() == 0.0 { remembered(probability, dof, exact) } else { exact() })
}

thread_local! {
    /// Quantiles at whole degrees of freedom, by the bits of their arguments: a report over hundreds of benchmarks asks
    /// for the same few thousands of times, and each takes several continued fractions.
    static REMEMBERED: RefCell<HashMap<[u64; 2], f64>> = RefCell::default();
}

/// More quantiles than this are not kept: no report asks for as many.
const REMEMBERED_MAX: usize = 4096;

fn remembered(probability: f64, dof: f64, exact: impl FnOnce() -> f64) -> f64 {
    let key = [probability.to_bits(), dof.to_bits()];
    if let Some(known) = REMEMBERED.with_borrow(|known| known.get(&key).copied()) {
        return known;
    }
    let quantile = exact();
    REMEMBERED.with_borrow_mut(|known| {
        if known.len() < REMEMBERED_MAX {
            known.insert(key, quantile);
        }
    });
    quantile
}

/// Quantile of the standard normal distribution; `None` unless 0 < `probability` < 1.
pub fn normal_quantile(probability: f64) -> Option<f64> {
    (probability > 0.0 && probability < 1.0).then(|| -SQRT_2 * erf::erfc_inv(2.0 * probability))
}

/// `P(|Z| > |z|)` for a standard normal Z.
pub fn normal_two_sided_p(z: f64) -> f64 {
    erf::erfc(z.abs() / SQRT_2)
}

/// The first terms of the t quantile in powers of 1/ν about the normal quantile `z` (Abramowitz & Stegun 26.7.5).
fn expansion(z: f64, dof: f64) -> f64 {
    let first = (z.powi(3) + z) / 4.0;
    let second = (5.0 * z.powi(5) + 16.0 * z.powi(3) + 3.0 * z) / 96.0;
    z + first / dof + second / (dof * dof)
}

/// `P(|T| > t)` for t ≥ 0 by the regularised incomplete beta function; above the expansion's bound by a normal deviate of
/// the same tail (Hill, CACM algorithm 395, 1970, first terms).
fn tail(t: f64, dof: f64) -> f64 {
    if dof > EXPANSION_ABOVE_DOF {
        let a = dof - 0.5;
        let y = a * (t * t / dof).ln_1p();
        return normal_two_sided_p(y.sqrt() * (1.0 + (y + 3.0) / (48.0 * a * a)));
    }
    beta_reg(dof / 2.0, 0.5, dof / (dof + t * t))
}

/// Solves tail(t) = `target` for t ≥ 0. The tail is convex and falling, so Newton's steps approach the root from the
/// left without overshooting; a start to the right of it is thrown to the left by the first step, and held at zero.
fn newton(target: f64, start: f64, dof: f64) -> f64 {
    let log_scale = ln_gamma((dof + 1.0) / 2.0) - ln_gamma(dof / 2.0) - 0.5 * (dof * PI).ln();
    let mut t = start.max(0.0);
    for _ in 0..NEWTON_STEPS_MAX {
        let density = (log_scale - (dof + 1.0) / 2.0 * (t * t / dof).ln_1p()).exp();
        let next = (t + (tail(t, dof) - target) / (2.0 * density)).max(0.0);
        if (next - t).abs() <= 1e-14 * next.max(1e-300) {
            return next;
        }
        t = next;
    }
    t
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(probability: f64, dof: f64, expected: f64, tolerance: f64) {
        let found = quantile(probability, dof).unwrap();
        assert!((found - expected).abs() < tolerance, "t({probability}, {dof}) = {found}, expected {expected}");
    }

    #[test]
    fn golden_quantiles() {
        check(0.975, 1.0, 12.706205, 5e-7);
        check(0.975, 9.0, 2.262157, 5e-7);
        check(0.80, 2.0, 1.0606601718, 1e-9);
        check(0.8, 9.0, 0.883404, 5e-7);
        check(0.025, 9.0, -2.262157, 5e-7);
        check(0.5, 7.0, 0.0, 1e-12);
    }

    #[test]
    fn quantile_inverts_the_tail() {
        for dof in [1.0, 1.5, 2.88, 9.0, 29.0, 134.0, 999.0] {
            for probability in [0.55, 0.8, 0.95, 0.975, 0.9995] {
                let t = quantile(probability, dof).unwrap();
                let back = two_sided_p(t, dof).unwrap();
                assert!((back / (2.0 * (1.0 - probability)) - 1.0).abs() < 1e-10, "{dof} {probability}");
            }
        }
    }

    #[test]
    fn the_expansion_joins_without_a_step() {
        for probability in [0.8, 0.95, 0.975, 0.995] {
            let below = quantile(probability, 1000.0).unwrap();
            let above = quantile(probability, 1000.0 + 1e-9).unwrap();
            assert!((below - above).abs() < 1e-7, "{probability}: {below} {above}");
        }
        for t in [0.5, 2.0, 4.0] {
            let below = two_sided_p(t, 1000.0).unwrap();
            let above = two_sided_p(t, 1000.0 + 1e-9).unwrap();
            assert!((below / above - 1.0).abs() < 1e-9, "{t}: {below} {above}");
        }
        check(0.975, 1e6, 1.959966, 1e-6);
    }

    #[test]
    fn what_is_remembered_is_what_was_computed() {
        for dof in [1.0, 9.0, 19.0, 1000.0] {
            let first = quantile(0.975, dof).unwrap();
            assert_eq!(quantile(0.975, dof).unwrap().to_bits(), first.to_bits());
            // Neither another probability nor its neighbour is taken for it.
            assert!(quantile(0.95, dof).unwrap() < first);
            assert_ne!(quantile(0.975, dof + 0.5).unwrap(), first);
        }
    }

    #[test]
    fn nonsense_has_no_answer() {
        assert_eq!(quantile(0.0, 9.0), None);
        assert_eq!(quantile(0.975, 0.0), None);
        assert_eq!(quantile(0.975, f64::NAN), None);
        assert_eq!(two_sided_p(f64::NAN, 9.0), None);
        assert_eq!(two_sided_p(f64::INFINITY, 9.0), Some(0.0));
    }
}
