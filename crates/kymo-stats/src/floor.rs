//! Floors: what a machine, and code layout, do to two sides that do not differ.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::compare::Comparison;
use crate::sample;
use crate::warning::Warning;

/// Fewest A/A comparisons for a floor. Source for all here: statistics reference, 2.9.
pub const COMPARISONS_MIN: usize = 200;

/// The A/A floor is this quantile of |D|.
pub const FLOOR_QUANTILE: f64 = 0.95;

/// Level at which an A/A pair is called different.
pub const ALPHA: f64 = 0.05;

/// Share of experiments that a sound machine leaves outside the band of differing pairs.
pub const BAND_OUTSIDE: f64 = 0.01;

/// Fewest builds with different paddings or link orders for a layout floor.
pub const BUILDS_MIN: usize = 5;

/// The layout floor where none was measured, relative.
pub const LAYOUT_FLOOR: f64 = 0.01;

/// The layout floor is this many standard deviations over builds.
const LAYOUT_SDS: f64 = 2.0;

/// What comparisons of two byte-identical copies show on a machine.
#[derive(Debug, Clone, PartialEq)]
pub struct AaFloor {
    /// Comparisons made.
    pub n: usize,
    /// 95th percentile of the difference's size, relative (0.01 = 1 %): e^|D| − 1.
    pub floor: f64,
    /// Comparisons with p ≤ 5 %.
    pub differing: usize,
    /// How many may differ: the 99 % band of the binomial distribution, ends included.
    pub band: (u64, u64),
    /// Too few comparisons, or a number of differing ones outside the band.
    pub warnings: Vec<Warning>,
}

/// Floor of a machine from A/A comparisons, of one benchmark or of all; `None` without any.
pub fn aa_floor(comparisons: &[Comparison]) -> Option<AaFloor> {
    let n = comparisons.len();
    let sizes: Vec<f64> = comparisons.iter().map(|comparison| comparison.diff_log.abs()).collect();
    let floor = sample::quantile(&sizes, FLOOR_QUANTILE)?.exp_m1();
    let differing = comparisons.iter().filter(|comparison| comparison.p <= ALPHA).count();
    let band = false_alarm_band(n as u64)?;
    let mut warnings = Vec::new();
    if n < COMPARISONS_MIN {
        warnings.push(Warning::FewComparisons { n });
    }
    if !(band.0..=band.1).contains(&(differing as u64)) {
        warnings.push(Warning::LevelOutOfBand { differing, n });
    }
    Some(AaFloor { n, floor, differing, band, warnings })
}

/// How many of `n` A/A comparisons may be called different at 5 %: the .5 % and 99.5 % quantiles of the binomial
/// distribution. `None` for none.
pub fn false_alarm_band(n: u64) -> Option<(u64, u64)> {
    if n == 0 {
        return None;
    }
    let binomial = Binomial::new(ALPHA, n).ok()?;
    Some((binomial.inverse_cdf(BAND_OUTSIDE / 2.0), binomial.inverse_cdf(1.0 - BAND_OUTSIDE / 2.0)))
}

/// Layout floor, relative: two standard deviations of ln cost over builds of one commit that differ only in padding or link
/// order. `build_costs` has one value a build. `None` for fewer than five.
pub fn layout_floor(build_costs: &[f64]) -> Option<f64> {
    if build_costs.len() < BUILDS_MIN {
        return None;
    }
    Some((LAYOUT_SDS * sample::sd(&sample::logs(build_costs)?)?).exp_m1())
}

/// The warning that a difference below the layout floor (relative) cannot be laid to the change, when a side has one build
/// only.
pub fn layout_warning(comparison: &Comparison, builds_per_side: usize, layout_floor: f64) -> Option<Warning> {
    let within = comparison.diff_log.abs() < layout_floor.ln_1p();
    (builds_per_side < 2 && within).then_some(Warning::SingleBuild { layout_floor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::of_differences;

    fn comparison(diff_log: f64) -> Comparison {
        let raw: Vec<f64> = (0..10).map(|i| diff_log + 0.01 * (f64::from(i) * 2.399).sin()).collect();
        let excess = sample::mean(&raw).unwrap() - diff_log;
        of_differences(&raw.iter().map(|d| d - excess).collect::<Vec<f64>>()).unwrap()
    }

    #[test]
    fn golden_band() {
        assert_eq!(false_alarm_band(200), Some((3, 19)));
        assert_eq!(false_alarm_band(0), None);
    }

    #[test]
    fn the_floor_is_a_high_quantile_of_the_size() {
        let aa: Vec<Comparison> = (0..=200).map(|i| comparison((f64::from(i) - 100.0) * 1e-4)).collect();
        let found = aa_floor(&aa).unwrap();
        assert!((found.floor - 0.0095_f64.exp_m1()).abs() < 1e-6, "{}", found.floor);
        assert_eq!(found.warnings.len(), usize::from(!(3..=19).contains(&found.differing)));
        assert_eq!(aa_floor(&[]), None);
    }

    #[test]
    fn an_unsound_machine_is_named() {
        let differing: Vec<Comparison> = (0..50).map(|_| comparison(0.05)).collect();
        let found = aa_floor(&differing).unwrap();
        assert_eq!(
            found.warnings,
            [Warning::FewComparisons { n: 50 }, Warning::LevelOutOfBand { differing: 50, n: 50 }]
        );
    }

    #[test]
    fn layout() {
        assert_eq!(layout_floor(&[1.0; 4]), None);
        assert_eq!(layout_floor(&[1.0; 5]), Some(0.0));
        assert!(layout_floor(&[1.0, 1.01, 0.99, 1.0, 1.02]).unwrap() > 0.02);
        assert!(layout_warning(&comparison(0.005), 1, LAYOUT_FLOOR).is_some());
        assert_eq!(layout_warning(&comparison(0.02), 1, LAYOUT_FLOOR), None);
        assert_eq!(layout_warning(&comparison(0.005), 2, LAYOUT_FLOOR), None);
    }
}
