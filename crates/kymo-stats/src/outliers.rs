//! Iterations far from the others of their invocation. They are counted and kept: a value is never left out for what
//! it is.

use crate::robust;
use crate::sample;
use crate::warning::Warning;

/// A modified z beyond this is an outlier. Source: statistics reference, 2.2; Iglewicz & Hoaglin 1993 take 3.5, which
/// marks one normal value in two thousand.
pub const MODIFIED_Z_LIMIT: f64 = 5.0;

/// Φ⁻¹(.75): makes the modified z of a normal sample its z.
const MODIFIED_Z_SCALE: f64 = 0.6745;

/// Positions of iterations whose modified z, 0.6745·|y − median|/MAD on logarithms, exceeds 5. Empty where half of the
/// iterations are equal, for then nothing says how far is far. `None` if a time is not a positive number.
pub fn outliers(iterations: &[f64]) -> Option<Vec<usize>> {
    let logs = sample::logs(iterations)?;
    let (Some(centre), Some(scale)) = (sample::median(&logs), robust::mad(&logs)) else {
        return Some(Vec::new());
    };
    if scale == 0.0 {
        return Some(Vec::new());
    }
    let far = |log: f64| MODIFIED_Z_SCALE * (log - centre).abs() / scale > MODIFIED_Z_LIMIT;
    Some((0..logs.len()).filter(|&at| far(logs[at])).collect())
}

/// The warning that invocations hold outlying iterations, if any does. Each item is the steady iterations of one
/// invocation; invocations with a time that is not a positive number are passed over.
pub fn outlier_warning<'a>(invocations: impl IntoIterator<Item = &'a [f64]>) -> Option<Warning> {
    let counts: Vec<usize> =
        invocations.into_iter().filter_map(outliers).map(|found| found.len()).filter(|&count| count > 0).collect();
    let iterations = counts.iter().sum();
    (iterations > 0).then_some(Warning::Outliers { iterations, invocations: counts.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: [f64; 7] = [1.00, 1.01, 0.99, 1.02, 0.98, 1.01, 1.00];

    #[test]
    fn a_wild_iteration_is_found_and_counted() {
        let mut wild = CLEAN.to_vec();
        wild[3] = 2.0;
        assert_eq!(outliers(&wild), Some(vec![3]));
        assert_eq!(outliers(&CLEAN), Some(vec![]));
        let warning = outlier_warning([&wild[..], &CLEAN[..]]);
        assert_eq!(warning, Some(Warning::Outliers { iterations: 1, invocations: 1 }));
        assert_eq!(outlier_warning([&CLEAN[..]]), None);
    }

    #[test]
    fn without_a_scale_nothing_is_far() {
        assert_eq!(outliers(&[1.0, 1.0, 1.0, 9.0]), Some(vec![]));
        assert_eq!(outliers(&[]), Some(vec![]));
        assert_eq!(outliers(&[0.0]), None);
    }
}
