//! A series in a line of text.

const LEVELS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The last `width` values as blocks, the smallest lowest. Values that are no numbers leave a gap.
pub fn spark(values: &[f64], width: usize) -> String {
    let shown = &values[values.len().saturating_sub(width)..];
    let finite = || shown.iter().copied().filter(|value| value.is_finite());
    let (low, high) = (finite().fold(f64::INFINITY, f64::min), finite().fold(f64::NEG_INFINITY, f64::max));
    let top = (LEVELS.len() - 1) as f64;
    let level = |value: f64| if high > low { ((value - low) / (high - low) * top).round() as usize } else { 3 };
    shown.iter().map(|&value| if value.is_finite() { LEVELS[level(value).min(LEVELS.len() - 1)] } else { ' ' }).collect()
}

#[cfg(test)]
mod tests {
    use super::spark;

    #[test]
    fn the_smallest_is_lowest() {
        assert_eq!(spark(&[1.0, 2.0, f64::NAN, 8.0], 10), "▁▂ █");
        assert_eq!(spark(&[5.0, 5.0], 10), "▄▄");
        assert_eq!(spark(&[0.0, 1.0, 2.0], 2), "▁█");
        assert_eq!(spark(&[], 10), "");
    }
}
