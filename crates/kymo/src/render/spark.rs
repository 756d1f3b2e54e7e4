//! A series as one line of blocks.

const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The series as blocks from its least to its largest value, `width` at most; of a longer one each block is the median of a
/// stretch.
pub fn spark(values: &[f64], width: usize) -> String {
    let cells = values.len().min(width);
    let levels: Vec<f64> = (0..cells)
        .filter_map(|cell| {
            let (from, to) = (cell * values.len() / cells, (cell + 1) * values.len() / cells);
            kymo_stats::sample::median(&values[from..to])
        })
        .collect();
    let least = levels.iter().copied().fold(f64::INFINITY, f64::min);
    let most = levels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let block = |level: f64| {
        // Halved first: the range of the largest numbers is no number.
        let share = (level / 2.0 - least / 2.0) / (most / 2.0 - least / 2.0);
        let index = if share.is_finite() { (share * (BLOCKS.len() - 1) as f64).round() as usize } else { 0 };
        BLOCKS[index.min(BLOCKS.len() - 1)]
    };
    levels.into_iter().map(block).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks() {
        assert_eq!(spark(&[0.0, 1.0, 2.0, 7.0], 72), "▁▂▃█");
        assert_eq!(spark(&[5.0, 5.0], 72), "▁▁");
        assert_eq!(spark(&[], 72), "");
        assert_eq!(spark(&[f64::MIN, f64::MAX], 72), "▁█");
        assert_eq!(spark(&[1.0; 1000], 72).chars().count(), 72);
    }
}
