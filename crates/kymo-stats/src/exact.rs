//! Exact metrics (fuel, code size): every sample of a side should be the same number.

use crate::compare::{Comparison, Method, paired, unpaired};
use crate::estimate::Interval;
use crate::warning::Warning;

/// Compares an exact metric. If all samples of each side agree, the difference is known: no spread, p 1 or 0, a verdict
/// from one sample on. If they do not, the metric is noisy after all: the comparison is the paired one (unpaired for
/// sides of unequal length) with the warning [`Warning::NotExact`].
///
/// `None` for an empty side, or where there is no ratio: one side zero and the other not (see [`crate::units`]).
pub fn exact(a: &[f64], b: &[f64]) -> Option<Comparison> {
    let (Some(value_a), Some(value_b)) = (only_value(a)?, only_value(b)?) else {
        let noisy = if a.len() == b.len() { paired(a, b) } else { unpaired(a, b) };
        return noisy.map(|comparison| comparison.with_warning(Warning::NotExact));
    };
    let diff_log = if value_a == value_b { 0.0 } else { log_ratio(value_a, value_b)? };
    let point = Interval::around(diff_log, 0.0);
    Some(Comparison {
        method: Method::Exact,
        n: a.len().min(b.len()),
        diff_log,
        sd_log: 0.0,
        se_log: 0.0,
        dof: None,
        ci90: Some(point),
        ci95: Some(point),
        p: if diff_log == 0.0 { 1.0 } else { 0.0 },
        warnings: Vec::new(),
    })
}

/// The one value of a sample, `Some(None)` if it has several; `None` if it is empty or holds what is not a finite number.
fn only_value(samples: &[f64]) -> Option<Option<f64>> {
    let &first = samples.first()?;
    if samples.iter().any(|sample| !sample.is_finite()) {
        return None;
    }
    Some(samples.iter().all(|&sample| sample == first).then_some(first))
}

fn log_ratio(a: f64, b: f64) -> Option<f64> {
    (a > 0.0 && b > 0.0).then(|| b.ln() - a.ln())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_samples_need_no_statistics() {
        let found = exact(&[100.0], &[101.0]).unwrap();
        assert_eq!((found.method, found.p, found.n), (Method::Exact, 0.0, 1));
        assert!((found.percent() - 1.0).abs() < 1e-12);
        assert_eq!(exact(&[100.0, 100.0], &[100.0]).unwrap().p, 1.0);
    }

    #[test]
    fn zero_equals_zero_but_has_no_ratio() {
        assert_eq!(exact(&[0.0], &[0.0]).unwrap().p, 1.0);
        assert_eq!(exact(&[0.0], &[1.0]), None);
        assert_eq!(exact(&[], &[1.0]), None);
        assert_eq!(exact(&[f64::NAN], &[1.0]), None);
    }

    #[test]
    fn what_varies_is_noisy() {
        let found = exact(&[100.0, 101.0, 100.0], &[100.0, 100.0, 100.0]).unwrap();
        assert_eq!(found.method, Method::Paired);
        assert!(found.warnings.contains(&Warning::NotExact));
        let found = exact(&[100.0, 101.0], &[100.0, 100.0, 100.0]).unwrap();
        assert_eq!(found.method, Method::Unpaired);
    }
}
