//! What a partition cuts and a person would not: excursions that come back, and steps too small to matter.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use crate::{robust, sample};

/// The longest excursion that counts as a disturbance, in commits: what the running median of [`robust::WINSOR_WINDOW`]
/// does not follow is an outlier, be it one value or a few in a row.
pub const EXCURSION_MAX: usize = robust::WINSOR_WINDOW / 2;

/// An excursion has come back if the levels on its two sides differ by less than this part of its smaller step. Ours.
pub const EXCURSION_RETURN: f64 = 0.5;

/// How the level of a segment is taken.
pub(super) enum Levels<'a> {
    /// The median of an exact series.
    Exact(&'a [f64]),
    /// A step of M-estimation from the median: residuals count up to `limit`.
    Robust { series: &'a [f64], limit: f64 },
}

impl Levels<'_> {
    /// The level over `range`; `None` for an empty one.
    pub fn of(&self, range: &Range<usize>) -> Option<f64> {
        match self {
            Levels::Exact(series) => sample::median(&series[range.clone()]),
            Levels::Robust { series, limit } => {
                let values = &series[range.clone()];
                let median = sample::median(values)?;
                let sum: f64 = values.iter().map(|value| (value - median).clamp(-limit, *limit)).sum();
                let inside = values.iter().filter(|value| (*value - median).abs() <= *limit).count();
                Some(median + sum / inside.max(1) as f64)
            }
        }
    }
}

/// Takes out the excursions: segments of at most [`EXCURSION_MAX`] values after which the level is back where it was. If the
/// sides nevertheless `differ`, the excursion joins the earlier one; else all three become one segment.
pub(super) fn excursions(
    segments: Vec<Range<usize>>,
    levels: &Levels,
    differ: impl Fn(&Range<usize>, &Range<usize>) -> Option<bool>,
) -> Option<Vec<Range<usize>>> {
    let mut done: Vec<Range<usize>> = Vec::with_capacity(segments.len());
    for mut segment in segments {
        while let [.., before, excursion] = done.as_slice()
            && excursion.len() <= EXCURSION_MAX
            && is_return(levels.of(before)?, levels.of(excursion)?, levels.of(&segment)?)
        {
            let both_differ = differ(before, &segment)?;
            let end = excursion.end;
            done.pop();
            match done.last_mut() {
                Some(before) if both_differ => before.end = end,
                _ => segment.start = done.pop()?.start,
            }
        }
        done.push(segment);
    }
    Some(done)
}

/// Whether the level goes away and comes back.
fn is_return(before: f64, excursion: f64, after: f64) -> bool {
    let (away, back) = (excursion - before, after - excursion);
    away * back < 0.0 && (after - before).abs() < EXCURSION_RETURN * away.abs().min(back.abs())
}

/// Merges the neighbours that differ least, until all differ by `margin` or more, in the unit of the series.
pub(super) fn below_margin(segments: Vec<Range<usize>>, margin: f64, levels: &Levels) -> Option<Vec<Range<usize>>> {
    if segments.len() < 2 {
        return Some(segments);
    }
    let mut kept = Kept::new(segments, levels)?;
    // Nearest neighbours first; who was merged since is found out by its version.
    let mut heap: BinaryHeap<Reverse<Pair>> =
        (0..kept.segments.len()).filter_map(|at| kept.pair(at)).map(Reverse).collect();
    while let Some(Reverse(pair)) = heap.pop() {
        if !kept.is_current(&pair) {
            continue;
        }
        if pair.difference >= margin {
            break;
        }
        let before = kept.merge(pair.left, levels)?;
        heap.extend(kept.pair(pair.left).map(Reverse));
        heap.extend(before.and_then(|before| kept.pair(before)).map(Reverse));
    }
    Some(kept.segments.into_iter().zip(kept.alive).filter_map(|(segment, alive)| alive.then_some(segment)).collect())
}

/// Two neighbours and how they differ, as of when both had these versions.
#[derive(PartialEq)]
struct Pair {
    difference: f64,
    left: usize,
    versions: (u32, u32),
}

impl Eq for Pair {}

impl PartialOrd for Pair {
    fn partial_cmp(&self, other: &Pair) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Pair {
    fn cmp(&self, other: &Pair) -> std::cmp::Ordering {
        self.difference.total_cmp(&other.difference).then(self.left.cmp(&other.left))
    }
}

/// Segments that are merged to the left, each knowing its living neighbours.
struct Kept {
    segments: Vec<Range<usize>>,
    levels: Vec<f64>,
    versions: Vec<u32>,
    alive: Vec<bool>,
    before: Vec<Option<usize>>,
    after: Vec<Option<usize>>,
}

impl Kept {
    fn new(segments: Vec<Range<usize>>, levels: &Levels) -> Option<Kept> {
        let n = segments.len();
        Some(Kept {
            levels: segments.iter().map(|range| levels.of(range)).collect::<Option<_>>()?,
            versions: vec![0; n],
            alive: vec![true; n],
            before: (0..n).map(|at| at.checked_sub(1)).collect(),
            after: (0..n).map(|at| (at + 1 < n).then_some(at + 1)).collect(),
            segments,
        })
    }

    fn pair(&self, left: usize) -> Option<Pair> {
        let right = self.after[left]?;
        let difference = (self.levels[right] - self.levels[left]).abs();
        Some(Pair { difference, left, versions: (self.versions[left], self.versions[right]) })
    }

    fn is_current(&self, pair: &Pair) -> bool {
        let versions = self.after[pair.left].map(|right| (self.versions[pair.left], self.versions[right]));
        self.alive[pair.left] && versions == Some(pair.versions)
    }

    /// Merges a segment with the one after it; the segment before it.
    fn merge(&mut self, left: usize, levels: &Levels) -> Option<Option<usize>> {
        let right = self.after[left]?;
        self.segments[left].end = self.segments[right].end;
        self.levels[left] = levels.of(&self.segments[left])?;
        self.versions[left] += 1;
        self.alive[right] = false;
        self.after[left] = self.after[right];
        if let Some(next) = self.after[left] {
            self.before[next] = Some(left);
        }
        Some(self.before[left])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn series(parts: &[(usize, f64)]) -> (Vec<f64>, Vec<Range<usize>>) {
        let mut values = Vec::new();
        let segments = parts.iter().map(|&(len, level)| {
            let start = values.len();
            values.extend((0..len).map(|i| level + 0.01 * (i % 3) as f64));
            start..values.len()
        });
        let segments = segments.collect();
        (values, segments)
    }

    #[test]
    fn an_excursion_is_no_step() {
        let (values, segments) = series(&[(20, 0.0), (5, 3.0), (20, 0.1), (6, 3.0), (20, 0.0)]);
        let levels = Levels::Exact(&values);
        let cut = excursions(segments.clone(), &levels, |_, _| Some(false)).unwrap();
        assert_eq!(cut, [0..45, 45..51, 51..71]);
        let cut = excursions(segments, &levels, |_, _| Some(true)).unwrap();
        assert_eq!(cut, [0..25, 25..45, 45..51, 51..71]);
    }

    #[test]
    fn what_does_not_come_back_stays() {
        for parts in [[(20, 0.0), (5, 3.0), (20, 2.0)], [(20, 0.0), (5, 1.0), (20, 2.0)]] {
            let (values, segments) = series(&parts);
            assert_eq!(excursions(segments.clone(), &Levels::Exact(&values), |_, _| Some(true)).unwrap(), segments);
        }
    }

    #[test]
    fn excursions_in_a_row() {
        let (values, segments) = series(&[(20, 0.0), (4, 3.0), (4, 0.0), (4, 3.0), (20, 0.0)]);
        assert_eq!(
            excursions(segments, &Levels::Exact(&values), |_, _| Some(false)).unwrap(),
            vec![std::ops::Range { start: 0, end: 52 }]
        );
    }

    #[test]
    fn neighbours_merge_from_the_nearest_on() {
        let (values, segments) = series(&[(9, 0.0), (9, 0.5), (9, 2.0), (9, 2.4), (9, 0.0)]);
        let levels = Levels::Robust { series: &values, limit: f64::INFINITY };
        assert_eq!(below_margin(segments.clone(), 0.9, &levels).unwrap(), [0..18, 18..36, 36..45]);
        assert_eq!(below_margin(segments.clone(), 0.1, &levels).unwrap(), segments);
        assert_eq!(below_margin(segments, 9.0, &levels).unwrap(), vec![std::ops::Range { start: 0, end: 45 }]);
        assert_eq!(below_margin(Vec::new(), 9.0, &levels).unwrap(), []);
    }
}
