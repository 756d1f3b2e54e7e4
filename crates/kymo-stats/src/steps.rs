//! Steps in a series of log values, one a commit.
//!
//! Finds suspects, and confirms nothing: the size of a step found by a search is overstated, and only an A/B of its two
//! sides in rounds settles it. Does not see changes of modes or of spread.

use std::ops::Range;

use crate::verdict::Margin;
use crate::{robust, sample, segments};

/// Shortest segment, in commits. Source for this and all below: simulation of the statistics reference, 2.7 and 3.6;
/// `docs/validation.md`, S7.
pub const SEGMENT_MIN: usize = 3;

/// The penalty per segment is this times ln n.
pub const PENALTY_PER_LOG: f64 = 4.0;

/// Autocorrelation φ is held within 0 and this (Chakar et al. 2017).
pub const PHI_MAX: f64 = 0.7;

/// Φ⁻¹(.75): the median magnitude of a normal value in standard deviations.
const NORMAL_MEDIAN: f64 = 0.6745;

/// Two analyses running mean the same step if they put it this near, in commits.
pub const PERSISTENCE_REACH: usize = 1;

/// The noise of a series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noise {
    /// More than half of the commits repeat their predecessor's value: every change counts.
    Exact,
    /// First-order autoregressive noise.
    Autoregressive {
        /// Standard deviation of one value, on the log scale.
        sd_log: f64,
        /// Lag-1 autocorrelation φ, 0 where it cannot be told from none.
        phi: f64,
    },
}

/// A suspected step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// First commit after it, as an index into the series.
    pub at: usize,
    /// Median after it minus median before it, on the log scale.
    pub diff_log: f64,
    /// Standard error of a difference of two means over these stretches, √(V/n₁ + V/n₂) with V the long-run variance; it does
    /// not count that the place was searched for. `None` for an exact series.
    pub se_log: Option<f64>,
    /// First commits after the step that cannot be excluded.
    pub range: Range<usize>,
    /// 95 % interval of the difference.
    pub interval_log: Option<(f64, f64)>,
    /// 0 to 1.
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

/// Steps of at least `margin` in a series of log values (see [`crate::canary`]), within one epoch. `None` for a series too short
/// to hold two segments, or with a value that is not finite.
pub fn steps(logs: &[f64], margin: Margin) -> Option<Steps> {
    if logs.len() < 2 * SEGMENT_MIN || logs.iter().any(|log| !log.is_finite()) {
        return None;
    }
    let clipped = robust::winsorise(logs);
    let noise = noise_of(&clipped)?;
    let long_run = long_run_variance(noise);
    let mut segments = match long_run {
        None => runs(logs),
        Some(variance) => {
            let scaled: Vec<f64> = clipped.iter().map(|log| log / variance.sqrt()).collect();
            segments::partition(&scaled, PENALTY_PER_LOG * (logs.len() as f64).ln(), SEGMENT_MIN)
        }
    };
    let steps = merge_below(&mut segments, logs, margin, long_run)?;
    Some(Steps { segments, steps, noise })
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
        .flat_map(|(start, found)| found.steps.into_iter().map(move |step| Step { at: step.at + start, range: step.range.start + start..step.range.end + start, ..step }))
        .collect()
}

/// The steps of this analysis that the previous one, a commit ago, found too, within one commit: only these are suspected.
pub fn suspected(previous: &[Step], current: &[Step]) -> Vec<Step> {
    let near = |step: &Step| previous.iter().any(|earlier| earlier.at.abs_diff(step.at) <= PERSISTENCE_REACH);
    current.iter().filter(|step| near(step)).cloned().collect()
}

/// Noise from the medians of steps over one and two commits: steps of the level are too few to move a median.
fn noise_of(series: &[f64]) -> Option<Noise> {
    let (one, two) = (robust::median_step(series, 1)?, robust::median_step(series, 2)?);
    if one == 0.0 {
        return Some(Noise::Exact);
    }
    let phi = ((two / one).powi(2) - 1.0).clamp(0.0, PHI_MAX);
    let phi = if phi <= 1.0 / (series.len() as f64).sqrt() { 0.0 } else { phi };
    Some(Noise::Autoregressive { sd_log: one / NORMAL_MEDIAN / (2.0 * (1.0 - phi)).sqrt(), phi })
}

/// Variance that a mean of n values has, times n.
fn long_run_variance(noise: Noise) -> Option<f64> {
    match noise {
        Noise::Exact => None,
        Noise::Autoregressive { sd_log, phi } => Some(sd_log.powi(2) * (1.0 + phi) / (1.0 - phi)),
    }
}

/// Stretches of equal values.
fn runs(logs: &[f64]) -> Vec<Range<usize>> {
    let mut start = 0;
    logs.chunk_by(|a, b| a == b)
        .map(|run| {
            let range = start..start + run.len();
            start = range.end;
            range
        })
        .collect()
}

/// Merges the neighbours that differ least, until all differ by the margin or more; the steps that are left.
fn merge_below(
    segments: &mut Vec<Range<usize>>,
    logs: &[f64],
    margin: Margin,
    long_run: Option<f64>,
) -> Option<Vec<Step>> {
    loop {
        let steps: Option<Vec<Step>> = segments.windows(2).map(|pair| step(pair, logs, long_run)).collect();
        let steps = steps?;
        let size = |step: &Step| step.diff_log.abs();
        let smallest = (0..steps.len()).min_by(|&i, &j| size(&steps[i]).total_cmp(&size(&steps[j])));
        match smallest {
            Some(at) if size(&steps[at]) < margin.log() => {
                segments[at].end = segments[at + 1].end;
                segments.remove(at + 1);
            }
            _ => return Some(steps),
        }
    }
}

fn step(pair: &[Range<usize>], logs: &[f64], long_run: Option<f64>) -> Option<Step> {
    let level = |range: &Range<usize>| sample::median(&logs[range.clone()]);
    let error = |variance: f64| (variance / pair[0].len() as f64 + variance / pair[1].len() as f64).sqrt();
    let (at, diff_log, se_log) = (pair[1].start, level(&pair[1])? - level(&pair[0])?, long_run.map(error));
    let interval_log = se_log.map(|se| (diff_log - 1.96 * se, diff_log + 1.96 * se));
    Some(Step { at, diff_log, se_log, range: at..at + 1, interval_log, confidence: 1.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(n: usize, level: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..n).map(|i| level(i) + 0.01 * (i as f64 * 2.399).sin()).collect()
    }

    #[test]
    fn a_step_is_found_with_its_size() {
        let found = steps(&series(60, |i| if i < 40 { 0.0 } else { 0.05 }), Margin::LEAST).unwrap();
        assert_eq!(found.segments, [0..40, 40..60]);
        assert!((found.steps[0].diff_log - 0.05).abs() < 0.005);
        assert!(found.steps[0].se_log.unwrap() < 0.005);
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
    fn nothing_is_compared_across_an_epoch() {
        let jump = series(60, |i| if i < 30 { 0.0 } else { 0.10 });
        assert_eq!(steps_in_epochs(&jump, &[], Margin::LEAST)[0].at, 30);
        assert_eq!(steps_in_epochs(&jump, &[30], Margin::LEAST), []);
        assert_eq!(steps_in_epochs(&jump, &[0, 30, 58], Margin::LEAST), []);
        let later = series(60, |i| if i < 45 { 0.0 } else { 0.10 });
        assert_eq!(steps_in_epochs(&later, &[30], Margin::LEAST)[0].at, 45);
    }

    #[test]
    fn suspicion_takes_two_analyses() {
        let step = |at| Step { at, diff_log: 0.05, se_log: None };
        assert_eq!(suspected(&[step(40)], &[step(41), step(20)]), [step(41)]);
        assert_eq!(suspected(&[], &[step(41)]), []);
    }

    #[test]
    fn too_short_or_not_a_number() {
        assert_eq!(steps(&[0.0; 5], Margin::LEAST), None);
        assert_eq!(steps(&[f64::NAN; 10], Margin::LEAST), None);
    }
}
