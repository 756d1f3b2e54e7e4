//! Steps in a series of log values, one a commit.
//!
//! Finds suspects, and confirms nothing: the size of a step found by a search is overstated, and only an A/B of its two
//! sides in rounds settles it. Does not see changes of modes or of spread. The method, its constants and its scores are in
//! `docs/src/detection.md`.

mod certainty;
mod drift;
mod fit;
mod lines;
mod merge;

use std::ops::Range;

use crate::verdict::Margin;

pub use crate::noise::Noise;
pub use certainty::LOCATION_THRESHOLD;
pub use drift::{JUMP_SHARE, SLOPE_MIN};
pub use fit::{FIRST_PENALTY_PER_LOG, HUBER_CLIP, SECOND_PENALTY_PER_LOG};
pub use merge::{EXCURSION_MAX, EXCURSION_RETURN};

/// Shortest segment, in commits. Source: simulation of the statistics reference, 2.7; `docs/validation.md`, S7.
pub const SEGMENT_MIN: usize = 3;

/// Two analyses running mean the same step if they put it this near, in commits.
pub const PERSISTENCE_REACH: usize = 1;

/// A suspected step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// First commit after it, as an index into the series.
    pub at: usize,
    /// First commits after it that the data cannot exclude, at 95 % for independent noise; contains `at`. For an exact series
    /// only `at`.
    pub range: Range<usize>,
    /// Level after it minus level before it, on the log scale: medians, moved by one step of M-estimation if there is noise.
    pub diff_log: f64,
    /// Standard error of a difference of two means over these stretches, √(V/n₁ + V/n₂) with V the long-run variance; it does
    /// not count that the place was searched for. `None` for an exact series.
    pub se_log: Option<f64>,
    /// 95 % interval of `diff_log` by Student's t; like `se_log`, it does not count the search. `None` for an exact series.
    pub interval_log: Option<(f64, f64)>,
    /// How much the level rises from commit to commit before it and after it, on the log scale, if either side is a slope: the
    /// step is where that begins, ends or bends, and `diff_log` is of the mean levels.
    pub slopes_log: Option<(f64, f64)>,
    /// 0 to 1: one minus the chance that a flat stretch as long as the two segments together, with this noise, shows
    /// somewhere a step as many standard errors high. It counts the search for the place. It is not the probability that the
    /// step is real, and says nothing of whether the program or the machine made it. 1 for an exact series.
    pub confidence: f64,
}

/// What a series is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// Stretches of one level.
    pub segments: Vec<Range<usize>>,
    /// The steps between them, each at least the margin.
    pub steps: Vec<Step>,
    /// The noise that they were told from.
    pub noise: Noise,
}

impl Steps {
    /// Says everything in a unit of which the present one is so many.
    pub(crate) fn in_units_of(&mut self, unit: f64) {
        for step in &mut self.steps {
            step.diff_log *= unit;
            step.se_log = step.se_log.map(|error| error * unit);
            step.interval_log = step.interval_log.map(|(lo, hi)| (lo * unit, hi * unit));
            step.slopes_log = step.slopes_log.map(|(before, after)| (before * unit, after * unit));
        }
        if let Noise::Autoregressive { sd_log, long_run_sd_log, .. } = &mut self.noise {
            *sd_log *= unit;
            *long_run_sd_log *= unit;
        }
    }
}

/// Steps of at least `margin` in a series of log values (see [`crate::canary`]), within one epoch. `None` for a series too short
/// to hold two segments, or with a value that is not finite.
///
/// A segment at the end may be as short as [`SEGMENT_MIN`]; one that comes back within [`EXCURSION_MAX`] commits is a
/// disturbance and no step, and a stretch that a straight line fits better than a staircase is one segment, however far it
/// drifts: between two such segments a step is where a slope begins, ends or bends. None of this holds for an exact series.
pub fn steps(logs: &[f64], margin: Margin) -> Option<Steps> {
    of_series(logs, margin.log())
}

/// Steps of at least `margin`, in the unit of the series, whatever that is.
pub(crate) fn of_series(series: &[f64], margin: f64) -> Option<Steps> {
    if series.len() < 2 * SEGMENT_MIN || series.iter().any(|value| !value.is_finite()) {
        return None;
    }
    let fit = fit::fit(series, margin)?;
    let steps = (1..fit.segments.len()).map(|at| step(&fit, at, series.len())).collect::<Option<_>>()?;
    Some(Steps { segments: fit.segments, steps, noise: fit.noise })
}

/// The step between a segment and the one before it.
fn step(fit: &fit::Fit, at: usize, n: usize) -> Option<Step> {
    let (before, after) = (&fit.segments[at - 1], &fit.segments[at]);
    let diff_log = fit.levels[at] - fit.levels[at - 1];
    let slopes = (fit.slopes[at - 1], fit.slopes[at]);
    let step = Step {
        at: after.start,
        range: after.start..after.start + 1,
        diff_log,
        se_log: None,
        interval_log: None,
        slopes_log: (slopes != (0.0, 0.0)).then_some(slopes),
        confidence: 1.0,
    };
    let (Some((clipped, location_variance)), Some(variance)) = (&fit.clipped, fit.noise.long_run_variance()) else {
        return Some(step);
    };
    let error = (variance / before.len() as f64 + variance / after.len() as f64).sqrt();
    Some(Step {
        range: certainty::range(before, after, clipped, *location_variance),
        se_log: Some(error),
        interval_log: Some(certainty::interval(diff_log, error, n, fit.segments.len())?),
        confidence: certainty::confidence(diff_log / error, before.len() + after.len()),
        ..step
    })
}

/// Steps within each epoch; values are never compared across. `epoch_starts` are the first commits of epochs, in rising order
/// (0 may be left out). Epochs too short for a step contribute none; indices are those of the whole series.
pub fn steps_in_epochs(logs: &[f64], epoch_starts: &[usize], margin: Margin) -> Vec<Step> {
    let mut bounds = vec![0];
    bounds.extend(epoch_starts.iter().copied().filter(|&start| start < logs.len()));
    bounds.push(logs.len());
    bounds
        .windows(2)
        .filter(|bound| bound[0] < bound[1])
        .filter_map(|bound| Some((bound[0], steps(&logs[bound[0]..bound[1]], margin)?)))
        .flat_map(|(start, found)| found.steps.into_iter().map(move |step| step.shifted(start)))
        .collect()
}

impl Step {
    /// The step in a series that has `by` more commits before it.
    fn shifted(self, by: usize) -> Step {
        Step { at: self.at + by, range: self.range.start + by..self.range.end + by, ..self }
    }
}

/// The steps of this analysis that the previous one, a commit ago, found too, within one commit: only these are suspected.
pub fn suspected(previous: &[Step], current: &[Step]) -> Vec<Step> {
    let near = |step: &Step| previous.iter().any(|earlier| earlier.at.abs_diff(step.at) <= PERSISTENCE_REACH);
    current.iter().filter(|step| near(step)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::draw::Draw;

    fn series(n: usize, level: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..n).map(|i| level(i) + 0.01 * (i as f64 * 2.399).sin()).collect()
    }

    #[test]
    fn a_step_is_found_with_its_size() {
        let found = steps(&series(60, |i| if i < 40 { 0.0 } else { 0.05 }), Margin::LEAST).unwrap();
        assert_eq!(found.segments, [0..40, 40..60]);
        assert!((found.steps[0].diff_log - 0.05).abs() < 0.005);
        let step = &found.steps[0];
        assert_eq!(step.slopes_log, None);
        assert!(step.se_log.unwrap() < 0.005 && step.range.contains(&step.at) && step.confidence > 0.99);
        let (lo, hi) = step.interval_log.unwrap();
        assert!(lo < 0.05 && 0.05 < hi);
    }

    #[test]
    fn a_disturbance_that_passes_is_no_step_and_one_that_lasts_is() {
        let lasting = |n: usize, from: usize| series(n, |i| if (from..from + 5).contains(&i) { 0.2 } else { 0.0 });
        assert_eq!(steps(&lasting(60, 30), Margin::LEAST).unwrap().steps, []);
        // At the end it has not passed yet.
        assert_eq!(steps(&lasting(35, 30), Margin::LEAST).unwrap().steps[0].at, 30);
        let longer = series(60, |i| if (30..36).contains(&i) { 0.2 } else { 0.0 });
        assert_eq!(steps(&longer, Margin::LEAST).unwrap().segments, [0..30, 30..36, 36..60]);
    }

    #[test]
    fn a_drift_is_no_staircase_and_does_not_hide_a_step() {
        let slope = series(150, |i| 0.001 * i as f64);
        assert_eq!(steps(&slope, Margin::LEAST).unwrap().steps, []);
        let with_step = series(150, |i| 0.001 * i as f64 + if i < 100 { 0.0 } else { 0.2 });
        assert_eq!(steps(&with_step, Margin::LEAST).unwrap().segments, [0..100, 100..150]);
    }

    #[test]
    fn a_short_series_shows_a_large_step_and_a_flat_one_none() {
        let mut draw = Draw::new(1, "short series");
        for n in [10, 13, 20] {
            let mut found = |height: f64| -> usize {
                let hits = |draw: &mut Draw| {
                    let values: Vec<f64> =
                        (0..n).map(|i| 0.03 * (draw.normal() + if i >= n - 4 { height } else { 0.0 })).collect();
                    steps(&values, Margin::LEAST).unwrap().steps.len()
                };
                (0..500).filter(|_| hits(&mut draw) > 0).count()
            };
            let (stepped, flat) = (found(36.0), found(0.0));
            assert!(stepped >= 490 && flat <= 10, "of {n} values: {stepped} and {flat} of 500");
        }
    }

    #[test]
    fn a_step_below_the_margin_is_merged() {
        let tiny: Vec<f64> = (0..60).map(|i| if i < 40 { 0.0 } else { 0.005 } + 0.0001 * f64::from(i % 3)).collect();
        assert_eq!(steps(&tiny, Margin::LEAST).unwrap().steps, []);
        let finer = Margin::new(0.001).unwrap();
        assert_eq!(steps(&tiny, finer).unwrap().steps[0].at, 40);
    }

    #[test]
    fn an_exact_series_steps_where_it_changes() {
        let counts: Vec<f64> = (0..30).map(|i| if i < 28 { 100.0_f64.ln() } else { 103.0_f64.ln() }).collect();
        let found = steps(&counts, Margin::LEAST).unwrap();
        assert_eq!((found.noise, found.steps[0].at, found.steps[0].se_log), (Noise::Exact, 28, None));
        assert_eq!(steps(&[0.0; 30], Margin::LEAST).unwrap().steps, []);
    }

    #[test]
    fn noise_in_coarse_grains_hides_no_step_that_stays() {
        let grain = |i: usize| if matches!(i % 11, 3 | 4 | 8) { 0.02 } else { 0.0 };
        let flat: Vec<f64> = (0..90).map(grain).collect();
        assert_eq!(steps(&flat, Margin::LEAST).unwrap().steps, []);
        let stepped: Vec<f64> = (0..90).map(|i| grain(i) + if i < 70 { 0.0 } else { 0.05 }).collect();
        let found = steps(&stepped, Margin::LEAST).unwrap();
        assert_eq!((found.steps.len(), found.steps[0].at), (1, 70));
        assert_ne!(found.noise, Noise::Exact);
    }

    #[test]
    fn a_slope_begins_where_it_bends() {
        let bent = series(150, |i| if i < 90 { 0.0 } else { 0.004 * (i - 90) as f64 });
        let found = steps(&bent, Margin::LEAST).unwrap();
        assert!(found.steps.len() == 1 && found.steps[0].at.abs_diff(90) <= 5, "{found:?}");
        let (before, after) = found.steps[0].slopes_log.unwrap();
        assert!(before.abs() < 0.001 && (after - 0.004).abs() < 0.0005, "{found:?}");
    }

    #[test]
    fn both_sides_of_a_roof_have_one_mean_level_and_are_two() {
        let roof = series(150, |i| 0.004 * if i < 75 { i } else { 150 - i } as f64);
        let found = steps(&roof, Margin::LEAST).unwrap();
        assert!(found.steps.len() == 1 && found.steps[0].at.abs_diff(75) <= 3, "{found:?}");
        let (before, after) = found.steps[0].slopes_log.unwrap();
        assert!((before - 0.004).abs() < 0.0005 && (after + 0.004).abs() < 0.0005, "{found:?}");
    }

    #[test]
    fn nothing_is_compared_across_an_epoch() {
        let jump = series(60, |i| if i < 30 { 0.0 } else { 0.10 });
        assert_eq!(steps_in_epochs(&jump, &[], Margin::LEAST)[0].at, 30);
        assert_eq!(steps_in_epochs(&jump, &[30], Margin::LEAST), []);
        assert_eq!(steps_in_epochs(&jump, &[0, 30, 58], Margin::LEAST), []);
        let later = series(60, |i| if i < 45 { 0.0 } else { 0.10 });
        let found = steps_in_epochs(&later, &[30], Margin::LEAST);
        assert!(found[0].at == 45 && found[0].range.contains(&45));
    }

    #[test]
    fn suspicion_takes_two_analyses() {
        let step = |at: usize| Step {
            at,
            range: at..at + 1,
            diff_log: 0.05,
            se_log: None,
            interval_log: None,
            slopes_log: None,
            confidence: 1.0,
        };
        assert_eq!(suspected(&[step(40)], &[step(41), step(20)]), [step(41)]);
        assert_eq!(suspected(&[], &[step(41)]), []);
    }

    #[test]
    fn too_short_or_not_a_number() {
        assert_eq!(steps(&[0.0; 5], Margin::LEAST), None);
        assert_eq!(steps(&[f64::NAN; 10], Margin::LEAST), None);
    }
}
