//! Slopes: where a level drifts, the best piecewise constant is a staircase, and none of its steps is one.

use std::ops::Range;

use super::SEGMENT_MIN;
use super::lines::Sums;

/// Ends of slopes are looked for at the steps of the staircase and at so many places evenly over the series; then nearby.
const PLACES: usize = 64;

/// Shortest slope, in values.
pub const SLOPE_MIN: usize = 5;

/// A slope begins without a jump unless the jump lowers the squared error by more than this share of the penalty. Source:
/// simulation, `docs/src/detection.md`.
pub const JUMP_SHARE: f64 = 0.25;

/// Rounds of looking for the ends of slopes nearby: each may move its neighbours'.
const ROUNDS: usize = 3;

/// A stretch of one level, or of one slope.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub range: Range<usize>,
    /// How much it rises from value to value; 0 if it is of one level.
    pub slope: f64,
}

impl Piece {
    /// Whether one of the two is a slope, and they part by `margin` or more in the mean over the shorter of them.
    pub(super) fn bends(&self, after: &Piece, margin: f64) -> bool {
        let parting = (after.slope - self.slope).abs() * self.range.len().min(after.range.len()) as f64 / 2.0;
        parting > 0.0 && parting >= margin
    }
}

/// A piece while its ends are still looked for.
struct Draft {
    range: Range<usize>,
    slope: bool,
}

/// The cheapest way to cover a staircase with its own steps and with slopes; a slope costs as much as a boundary more,
/// `penalty`, so that one takes the place of two levels exactly if it leaves the smaller squared error.
///
/// `values` have their spikes pulled in; `penalty` is in their unit, squared.
pub(super) fn merge(stairs: Vec<Range<usize>>, values: &[f64], penalty: f64) -> Vec<Piece> {
    if stairs.len() < 2 {
        return stairs.into_iter().map(|range| Piece { range, slope: 0.0 }).collect();
    }
    let sums = Sums::new(values);
    let mut pieces = cover(&stairs, &sums, penalty);
    for _ in 0..ROUNDS {
        for at in 1..pieces.len() {
            if let Some(place) = boundary(&pieces[at - 1], &pieces[at], &sums, penalty) {
                pieces[at - 1].range.end = place;
                pieces[at].range.start = place;
            }
        }
    }
    let settled = |draft: Draft| {
        let slope = if draft.slope { sums.slope(&draft.range) } else { 0.0 };
        Piece { range: draft.range, slope }
    };
    pieces.into_iter().map(settled).collect()
}

/// Optimal partitioning (Jackson et al. 2005) over few places: a piece is a step of the staircase, or a slope from any place
/// to any other.
fn cover(stairs: &[Range<usize>], sums: &Sums, penalty: f64) -> Vec<Draft> {
    let n = stairs.last().map_or(0, |stair| stair.end);
    let mut places: Vec<usize> = (0..PLACES).map(|part| part * n / PLACES).collect();
    places.extend(stairs.iter().map(|stair| stair.end));
    places.sort_unstable();
    places.dedup();
    let mut best: Vec<(f64, Option<(usize, Draft)>)> = vec![(0.0, None)];
    let mut stair = stairs.iter().peekable();
    let mut stair_start = 0;
    for end in 1..places.len() {
        let mut cheapest = (f64::INFINITY, None);
        if let Some(range) = stair.next_if(|stair| stair.end == places[end]) {
            let cost = best[stair_start].0 + sums.about_mean(range) + penalty;
            cheapest = (cost, Some((stair_start, Draft { range: range.clone(), slope: false })));
            stair_start = end;
        }
        for start in (0..end).filter(|&start| places[end] - places[start] >= SLOPE_MIN) {
            let range = places[start]..places[end];
            let cost = best[start].0 + sums.about_line(&range) + 2.0 * penalty;
            if cost < cheapest.0 {
                cheapest = (cost, Some((start, Draft { range, slope: true })));
            }
        }
        best.push(cheapest);
    }
    let mut pieces = Vec::new();
    let mut end = best.len() - 1;
    while let Some((start, piece)) = best[end].1.take() {
        pieces.push(piece);
        end = start;
    }
    pieces.reverse();
    pieces
}

/// Where the boundary of two neighbours lies, if one of them is a slope: a staircase does not end where its slope does. A
/// line without a jump is asked first, since its bend is seen far more exactly.
fn boundary(before: &Draft, after: &Draft, sums: &Sums, penalty: f64) -> Option<usize> {
    if !before.slope && !after.slope {
        return None;
    }
    let whole = before.range.start..after.range.end;
    let error =
        |range: Range<usize>, slope: bool| if slope { sums.about_line(&range) } else { sums.about_mean(&range) };
    let least = |slope: bool| if slope { SLOPE_MIN } else { SEGMENT_MIN };
    let jumped = (whole.start + least(before.slope)..=whole.end.checked_sub(least(after.slope))?)
        .map(|at| (error(whole.start..at, before.slope) + error(at..whole.end, after.slope), at))
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let bent = (whole.start + SLOPE_MIN..=whole.end.checked_sub(SLOPE_MIN)?)
        .map(|at| (sums.about_bend(&whole, at), at))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    Some(bent.filter(|bent| bent.0 <= jumped.0 + JUMP_SHARE * penalty).unwrap_or(jumped).1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wave(i: usize) -> f64 {
        (i as f64 * 2.399).sin()
    }

    fn merged(stairs: Vec<Range<usize>>, values: &[f64]) -> Vec<Range<usize>> {
        merge(stairs, values, 20.0).into_iter().map(|piece| piece.range).collect()
    }

    fn thirds() -> Vec<Range<usize>> {
        vec![0..20, 20..40, 40..60]
    }

    #[test]
    fn a_slope_is_no_staircase() {
        let values: Vec<f64> = (0..60).map(|i| 0.3 * i as f64 + wave(i)).collect();
        assert_eq!(merged(thirds(), &values), vec![std::ops::Range { start: 0, end: 60 }]);
    }

    #[test]
    fn stairs_are_no_slope() {
        let values: Vec<f64> = (0..60).map(|i| 6.0 * (i / 20) as f64 + wave(i)).collect();
        assert_eq!(merged(thirds(), &values), thirds());
        assert_eq!(merged(Vec::new(), &values), []);
    }

    #[test]
    fn a_step_after_a_slope_stays() {
        let values: Vec<f64> = (0..60).map(|i| if i < 40 { 0.3 * i as f64 } else { 40.0 } + wave(i)).collect();
        assert_eq!(merged(thirds(), &values), [0..40, 40..60]);
    }

    #[test]
    fn a_slope_begins_where_it_bends_and_not_where_its_stairs_do() {
        let bent = |i: usize| if i < 33 { 0.0 } else { 0.5 * (i - 33) as f64 };
        let values: Vec<f64> = (0..60).map(|i| bent(i) + 0.5 * wave(i)).collect();
        let found = merged(vec![0..38, 38..47, 47..54, 54..60], &values);
        assert!(found.len() == 2 && found[1].start.abs_diff(33) <= 2, "{found:?}");
    }

    #[test]
    fn two_slopes_between_which_nothing_jumps() {
        let values: Vec<f64> = (0..120).map(|i| 0.4 * (if i < 70 { i } else { 140 - i }) as f64 + wave(i)).collect();
        let stairs = vec![0..20, 20..40, 40..100, 100..120];
        let found = merged(stairs, &values);
        assert!(found.len() == 2 && found[1].start.abs_diff(70) <= 2, "{found:?}");
    }

    proptest::proptest! {
        #[test]
        fn the_series_stays_covered(
            noise in proptest::collection::vec(-3.0_f64..3.0, 20..200),
            slopes in proptest::collection::vec(-1.0_f64..1.0, 4),
            cuts in proptest::collection::btree_set(1_usize..60, 0..20),
            penalty in 0.5_f64..40.0,
        ) {
            let n = noise.len();
            let mut level = 0.0;
            let values: Vec<f64> = noise.iter().enumerate().map(|(at, e)| {
                level += slopes[at * slopes.len() / n];
                level + e
            }).collect();
            let mut bounds = vec![0];
            bounds.extend(cuts.into_iter().map(|cut| SEGMENT_MIN * cut).filter(|&cut| cut + SEGMENT_MIN <= n));
            bounds.push(n);
            let found = merge(bounds.windows(2).map(|pair| pair[0]..pair[1]).collect(), &values, penalty);
            let mut at = 0;
            for Piece { range, .. } in found {
                proptest::prop_assert!(range.start == at && range.len() >= SEGMENT_MIN);
                at = range.end;
            }
            proptest::prop_assert_eq!(at, n);
        }
    }
}
