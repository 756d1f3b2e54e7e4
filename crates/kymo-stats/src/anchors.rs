//! Anchors: builds of old releases measured again beside the newest, in rounds. What a trend test on history only asks,
//! this answers, for whatever the machine did in between it does to both sides now.

use crate::compare::Comparison;
use crate::family;
use crate::verdict::{Margin, Verdict, verdict_at};

/// Rounds of an anchor comparison. Source for all here: statistics reference, 2.8 and 3.7.
pub const ROUNDS: usize = 20;

/// Level: anchors are asked every week, so 5 % would be a false alarm every few months.
pub const ALPHA: f64 = 0.01;

/// Margin: 1 %.
pub const MARGIN: Margin = Margin::LEAST;

/// Verdicts on the head against its anchors: a family of their own, Benjamini-Hochberg at 1 %; in the order of `comparisons`.
pub fn verdicts(comparisons: &[Comparison]) -> Option<Vec<Verdict>> {
    let p: Vec<f64> = comparisons.iter().map(|comparison| comparison.p).collect();
    let q = family::benjamini_hochberg(&p)?;
    Some(comparisons.iter().zip(q).map(|(comparison, q)| verdict_at(comparison, q, MARGIN, ALPHA)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::of_differences;

    #[test]
    fn the_level_is_one_percent() {
        // Twenty rounds at t = 2.5: p is 0.022, enough for 5 % and not for 1 %.
        let raw: Vec<f64> = (0..20).map(|i| (f64::from(i) * 2.399).sin()).collect();
        let (mean, sd) = (crate::sample::mean(&raw).unwrap(), crate::sample::sd(&raw).unwrap());
        let at = |t: f64| {
            let differences: Vec<f64> = raw.iter().map(|v| 0.05 * ((v - mean) / sd + t / 20.0_f64.sqrt())).collect();
            of_differences(&differences).unwrap()
        };
        assert!(matches!(verdicts(&[at(2.5)]).unwrap()[..], [Verdict::Inconclusive { .. }]));
        assert_eq!(verdicts(&[at(3.5), at(-3.5)]), Some(vec![Verdict::Slower, Verdict::Faster]));
        assert_eq!(verdicts(&[]), Some(vec![]));
    }
}
