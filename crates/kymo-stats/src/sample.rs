//! Mean, spread and quantiles of a sample.
//!
//! Plain formulas, written so that equal values give exactly zero spread. Nothing here judges or discards a value.

/// Arithmetic mean, in the unit of the values; `None` for an empty sample.
///
/// Summed as deviations from the first value, so that the mean of equal values is that value to the last bit and their
/// spread exactly zero: an exact metric must not look noisy because of rounding.
pub fn mean(values: &[f64]) -> Option<f64> {
    let &first = values.first()?;
    let deviations: f64 = values.iter().map(|value| value - first).sum();
    Some(first + deviations / values.len() as f64)
}

/// Sample variance with divisor n − 1, in squared units; `None` for fewer than two values.
pub fn variance(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - centre).powi(2)).sum();
    Some(squares / (values.len() - 1) as f64)
}

/// Sample standard deviation with divisor n − 1, in the unit of the values; `None` for fewer than two values.
pub fn sd(values: &[f64]) -> Option<f64> {
    variance(values).map(f64::sqrt)
}

/// Median, in the unit of the values; `None` for an empty sample.
pub fn median(values: &[f64]) -> Option<f64> {
    quantile(values, 0.5)
}

/// Quantile by linear interpolation between order statistics (type 7 of Hyndman & Fan 1996), in the unit of the values;
/// `None` for an empty sample or a `probability` outside 0..=1.
pub fn quantile(values: &[f64], probability: f64) -> Option<f64> {
    if values.is_empty() || !(0.0..=1.0).contains(&probability) {
        return None;
    }
    let mut sorted = values.to_vec();
    let position = probability * (sorted.len() - 1) as f64;
    let below = position.floor() as usize;
    let (_, &mut low, above) = sorted.select_nth_unstable_by(below, f64::total_cmp);
    let weight = position - below as f64;
    if weight == 0.0 {
        return Some(low);
    }
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    Some(low + weight * (high - low))
}

/// Natural logarithms of costs; `None` if any is not a finite positive number, for then there is no ratio to speak of.
pub fn logs(costs: &[f64]) -> Option<Vec<f64>> {
    costs.iter().map(|&cost| (cost.is_finite() && cost > 0.0).then(|| cost.ln())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_no_spread_at_all() {
        assert_eq!(sd(&[0.1; 7]), Some(0.0));
        assert_eq!(mean(&[0.1; 7]), Some(0.1));
    }

    #[test]
    fn quantiles_interpolate() {
        let values = [4.0, 1.0, 3.0, 2.0];
        assert_eq!(median(&values), Some(2.5));
        assert_eq!(quantile(&values, 0.0), Some(1.0));
        assert_eq!(quantile(&values, 1.0), Some(4.0));
        assert!((quantile(&values, 0.9).unwrap() - 3.7).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&values, 1.5), None);
    }

    #[test]
    fn zero_has_no_logarithm() {
        assert_eq!(logs(&[1.0, 0.0]), None);
        assert_eq!(logs(&[1.0, f64::NAN]), None);
        assert_eq!(logs(&[1.0]), Some(vec![0.0]));
    }
}
