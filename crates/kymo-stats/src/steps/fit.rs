//! The two looks at a series: one at values with their spikes pulled in, one at M-estimation's pseudo-values about the
//! levels that the first look found.

use std::ops::Range;

use super::SEGMENT_MIN;
use super::drift;
use super::merge::{self, Levels};
use crate::noise::{self, Noise};
use crate::{robust, sample, segments};

/// The penalty per segment of the first look is this times ln n. Source: statistics reference, 2.7.
pub const FIRST_PENALTY_PER_LOG: f64 = 5.5;

/// The penalty per segment of the second look is this times ln n: lower, since it is less easily fooled. Source:
/// simulation and real series, `docs/src/detection.md`.
pub const SECOND_PENALTY_PER_LOG: f64 = 2.2;

/// Residuals count up to this many robust standard deviations: 95 % as exact as means on normal noise (Huber 1981).
pub const HUBER_CLIP: f64 = 1.345;

/// A series cut into segments.
pub(super) struct Fit {
    pub segments: Vec<Range<usize>>,
    /// A level for each segment.
    pub levels: Vec<f64>,
    /// How much each segment rises from value to value; 0 for one of one level.
    pub slopes: Vec<f64>,
    pub noise: Noise,
    /// The series with its spikes pulled in, and its long-run variance; `None` for an exact series.
    pub clipped: Option<(Vec<f64>, f64)>,
}

/// Cuts a series; steps smaller than `margin`, in the unit of the series, are left out. `None` if there is no telling its noise.
pub(super) fn fit(series: &[f64], margin: f64) -> Option<Fit> {
    let clipped = robust::winsorise(series);
    let first_noise = noise::of_differences(&clipped)?;
    let Some(variance) = first_noise.long_run_variance() else {
        let levels = Levels::Exact(series);
        let segments = merge::below_margin(runs(series), margin, &levels)?;
        let levels = segments.iter().map(|range| sample::median(&series[range.clone()])).collect::<Option<_>>()?;
        let slopes = vec![0.0; segments.len()];
        return Some(Fit { segments, levels, slopes, noise: Noise::Exact, clipped: None });
    };
    let first = cut(&clipped, variance, FIRST_PENALTY_PER_LOG);
    let (segments, noise, scale) = match second_look(series, &first) {
        Some(look) => look,
        None => (first, first_noise, f64::INFINITY),
    };
    let levels = Levels::Robust { series, limit: HUBER_CLIP * scale };
    let settled = noise.long_run_variance()?;
    let penalty = SECOND_PENALTY_PER_LOG * (series.len() as f64).ln();
    let segments = merge::excursions(segments, &levels, |before, after| {
        let error = settled / before.len() as f64 + settled / after.len() as f64;
        Some((levels.of(after)? - levels.of(before)?).powi(2) > penalty * error)
    })?;
    // Boundaries and slopes are judged on the clipped values, whose noise is the larger of the two where tails are heavy.
    let location_variance = variance.max(settled);
    let pieces = drift::merge(segments, &clipped, penalty * location_variance);
    // What bends by the margin or more stays, whatever its mean levels are: both sides of a roof have the same.
    let mut segments = Vec::with_capacity(pieces.len());
    for between in pieces.chunk_by(|before, after| !before.bends(after, margin)) {
        let ranges = between.iter().map(|piece| piece.range.clone()).collect();
        segments.extend(merge::below_margin(ranges, margin, &levels)?);
    }
    let slope =
        |range: &Range<usize>| pieces.iter().find(|piece| piece.range == *range).map_or(0.0, |piece| piece.slope);
    let slopes = segments.iter().map(slope).collect();
    let level_of = segments.iter().map(|range| levels.of(range)).collect::<Option<_>>()?;
    Some(Fit { segments, levels: level_of, slopes, noise, clipped: Some((clipped, location_variance)) })
}

/// Cuts pseudo-values: level + ψ(residual)/E ψ′, whose least squares are the M-estimates of the series (Huber 1981). With
/// the segments come the noise and the scale of one value. `None` where more than half of the residuals are zero.
fn second_look(series: &[f64], first: &[Range<usize>]) -> Option<(Vec<Range<usize>>, Noise, f64)> {
    let mut levels = vec![0.0; series.len()];
    for range in first {
        levels[range.clone()].fill(sample::median(&series[range.clone()])?);
    }
    let residuals: Vec<f64> = series.iter().zip(&levels).map(|(value, level)| value - level).collect();
    let scale = robust::MAD_TO_SD * sample::median(&residuals.iter().map(|r| r.abs()).collect::<Vec<f64>>())?;
    if scale == 0.0 {
        return None;
    }
    let limit = HUBER_CLIP * scale;
    let inside = residuals.iter().filter(|residual| residual.abs() <= limit).count() as f64 / series.len() as f64;
    let pseudo: Vec<f64> = residuals.iter().map(|residual| residual.clamp(-limit, limit) / inside).collect();
    let noise = noise::of_residuals(&pseudo, first.len())?;
    let values: Vec<f64> = levels.iter().zip(&pseudo).map(|(level, residual)| level + residual).collect();
    Some((cut(&values, noise.long_run_variance()?, SECOND_PENALTY_PER_LOG), noise, scale))
}

fn cut(values: &[f64], long_run_variance: f64, penalty_per_log: f64) -> Vec<Range<usize>> {
    let unit = 1.0 / long_run_variance.sqrt();
    let scaled: Vec<f64> = values.iter().map(|value| value * unit).collect();
    segments::partition(&scaled, penalty_per_log * (values.len() as f64).ln(), SEGMENT_MIN)
}

/// Stretches of equal values.
fn runs(series: &[f64]) -> Vec<Range<usize>> {
    let mut start = 0;
    series
        .chunk_by(|a, b| a == b)
        .map(|run| {
            let range = start..start + run.len();
            start = range.end;
            range
        })
        .collect()
}
