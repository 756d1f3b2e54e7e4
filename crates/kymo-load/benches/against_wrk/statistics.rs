//! Medians and ranges, as texts.

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        length if length % 2 == 1 => sorted[middle],
        _ => (sorted[middle - 1] + sorted[middle]) / 2.0,
    }
}

/// `median [least-most]`, each times `unit`.
pub fn spread(values: &[f64], unit: f64, digits: usize) -> String {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min) * unit;
    let most = values.iter().copied().fold(0.0, f64::max) * unit;
    format!("{:.digits$} [{least:.digits$}-{most:.digits$}]", median(values) * unit)
}
