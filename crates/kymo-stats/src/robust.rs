//! Robust scale, winsorising and autocorrelation: what the series methods stand on.

use crate::sample;

/// Makes the median absolute deviation of a normal sample estimate its standard deviation, 1/Φ⁻¹(.75).
pub const MAD_TO_SD: f64 = 1.4826;

/// Width of the running median, in values. Source: simulation of the statistics reference, 2.6.
pub const WINSOR_WINDOW: usize = 11;

/// A series shorter than this many windows gets a narrower one: a window of half the series takes a new level at its end
/// for a spike. Source: simulation, `docs/src/detection.md`.
pub const WINSOR_WINDOWS_MIN: usize = 3;

/// A residual from the running median is clipped beyond this many robust standard deviations. Source: as above.
pub const WINSOR_SDS: f64 = 4.0;

/// Median absolute deviation about the median, in the unit of the values; `None` for an empty sample.
pub fn mad(values: &[f64]) -> Option<f64> {
    let centre = sample::median(values)?;
    sample::median(&values.iter().map(|value| (value - centre).abs()).collect::<Vec<f64>>())
}

/// Whether fewer than [`WINSOR_WINDOWS_MIN`] windows fit in a series of `n` values.
pub(crate) fn is_short(n: usize) -> bool {
    n < WINSOR_WINDOWS_MIN * WINSOR_WINDOW
}

/// Values to each side that the running median of a series of `n` looks at: those of [`WINSOR_WINDOW`], or, so that
/// [`WINSOR_WINDOWS_MIN`] windows fit in, fewer, but at least one.
fn reach(n: usize) -> usize {
    (n / WINSOR_WINDOWS_MIN).saturating_sub(1).clamp(2, WINSOR_WINDOW - 1) / 2
}

/// Running median over a window of [`WINSOR_WINDOW`] values (fewer in a short series), cut at the ends of the series.
pub fn running_median(series: &[f64]) -> Vec<f64> {
    let reach = reach(series.len());
    let width = 2 * reach + 1;
    // Kept sorted while it slides: a report over thousands of series must not sort, or allocate, for each point.
    let mut window: Vec<f64> = Vec::with_capacity(width);
    let mut medians = Vec::with_capacity(series.len());
    for entering in 0..series.len() + reach {
        let leaving = entering.checked_sub(width).and_then(|index| series.get(index));
        match (leaving, series.get(entering)) {
            (Some(&old), Some(&new)) => replace(&mut window, old, new),
            (Some(&old), None) => {
                let place = window.partition_point(|known| known.total_cmp(&old).is_lt());
                window.remove(place);
            }
            (None, Some(&new)) => {
                let place = window.partition_point(|known| known.total_cmp(&new).is_lt());
                window.insert(place, new);
            }
            (None, None) => {}
        }
        if entering < reach {
            continue;
        }
        let (low, high) = (window[(window.len() - 1) / 2], window[window.len() / 2]);
        medians.push(low + (high - low) / 2.0);
    }
    medians
}

/// Puts `new` in the place of `old` in a sorted window, and moves it to where it belongs.
fn replace(window: &mut [f64], old: f64, new: f64) {
    let Some(mut at) = window.iter().position(|known| known.to_bits() == old.to_bits()) else { return };
    window[at] = new;
    while at > 0 && window[at - 1].total_cmp(&window[at]).is_gt() {
        window.swap(at - 1, at);
        at -= 1;
    }
    while at + 1 < window.len() && window[at + 1].total_cmp(&window[at]).is_lt() {
        window.swap(at, at + 1);
        at += 1;
    }
}

/// The series with its spikes pulled in: residuals from the running median are clipped to ±4 robust standard deviations.
/// Where more than half of the residuals are zero there is no scale to clip by, and the series is returned as it is.
pub fn winsorise(series: &[f64]) -> Vec<f64> {
    let smooth = running_median(series);
    let residuals: Vec<f64> = series.iter().zip(&smooth).map(|(value, median)| value - median).collect();
    let magnitudes: Vec<f64> = residuals.iter().map(|residual| residual.abs()).collect();
    let limit = match sample::median(&magnitudes) {
        Some(scale) if scale > 0.0 => WINSOR_SDS * MAD_TO_SD * scale,
        _ => return series.to_vec(),
    };
    smooth.iter().zip(&residuals).map(|(median, residual)| median + residual.clamp(-limit, limit)).collect()
}

/// Lag-1 autocorrelation about `centre`; `None` without spread or with fewer than two values.
pub fn lag1_autocorrelation(series: &[f64], centre: f64) -> Option<f64> {
    let squares: f64 = series.iter().map(|value| (value - centre).powi(2)).sum();
    let products: f64 = series.windows(2).map(|pair| (pair[0] - centre) * (pair[1] - centre)).sum();
    (series.len() >= 2 && squares > 0.0).then(|| products / squares)
}

/// Differences of values `lag` apart.
pub fn differences(series: &[f64], lag: usize) -> Vec<f64> {
    series.iter().skip(lag).zip(series).map(|(later, earlier)| later - earlier).collect()
}

/// Median of the magnitudes of differences of values `lag` apart; `None` if there is no such pair.
pub fn median_step(series: &[f64], lag: usize) -> Option<f64> {
    sample::median(&differences(series, lag).iter().map(|step| step.abs()).collect::<Vec<f64>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spike_is_pulled_in_and_a_step_is_kept() {
        let mut series: Vec<f64> = (0..40).map(|i| f64::from(i % 3)).collect();
        series[20] = 1000.0;
        let clipped = winsorise(&series);
        assert!(clipped[20] < 10.0);
        let step: Vec<f64> = (0..40).map(|i| f64::from(i % 3) + if i < 20 { 0.0 } else { 50.0 }).collect();
        let kept = winsorise(&step);
        assert!((kept[25] - step[25]).abs() < 1e-12 && (kept[5] - step[5]).abs() < 1e-12);
    }

    #[test]
    fn a_series_without_scale_is_left_alone() {
        let mut series = vec![1.0; 20];
        series[3] = 9.0;
        assert_eq!(winsorise(&series), series);
    }

    #[test]
    fn autocorrelation_of_an_alternation() {
        let series = [1.0, -1.0, 1.0, -1.0];
        assert_eq!(lag1_autocorrelation(&series, 0.0), Some(-0.75));
        assert_eq!(lag1_autocorrelation(&[1.0, 1.0], 1.0), None);
    }

    #[test]
    fn lagged_differences() {
        assert_eq!(differences(&[1.0, 3.0, 6.0], 1), [2.0, 3.0]);
        assert_eq!(differences(&[1.0, 3.0, 6.0], 2), [5.0]);
        assert_eq!(median_step(&[1.0], 1), None);
    }
}
