//! How change points that a program predicts are scored against those that people annotated: F1 and cover, as defined by
//! van den Burg & Williams (An evaluation of change point detection algorithms, 2020).
//!
//! An index is the first point of a new segment. A prediction at the very first or very last point is no change.

use std::collections::BTreeSet;

/// A prediction this near to an annotation is right, in points. Source: van den Burg & Williams 2020.
pub const MARGIN: usize = 5;

/// F1 of `predictions` for a series of `n` points, against the change points of each annotator: precision over all of them
/// together, recall as the mean over annotators. The beginning counts as found, so who predicts nothing is always right.
/// 0 without an annotator.
pub fn f1(annotations: &[Vec<usize>], predictions: &[usize], n: usize) -> f64 {
    let predicted = with_beginning(&inner(predictions, n));
    let annotators: Vec<Vec<usize>> = annotations.iter().map(|points| with_beginning(points)).collect();
    let all: BTreeSet<usize> = annotators.iter().flatten().copied().collect();
    let all: Vec<usize> = all.into_iter().collect();
    let precision = matched(&all, &predicted) as f64 / predicted.len() as f64;
    let recalls = annotators.iter().map(|points| matched(points, &predicted) as f64 / points.len() as f64);
    let recall = recalls.sum::<f64>() / annotators.len().max(1) as f64;
    if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 }
}

/// How well the segments between `predictions` cover those between each annotator's change points: Jaccard's index of the
/// best of them, weighted by length; the mean over annotators. 0 without one.
pub fn cover(annotations: &[Vec<usize>], predictions: &[usize], n: usize) -> f64 {
    let predicted = segments(&inner(predictions, n), n);
    let of_one = |points: &Vec<usize>| {
        let covered = segments(points, n).into_iter().map(|(from, to)| {
            let jaccard = predicted.iter().map(|&(start, end)| {
                let common = to.min(end).saturating_sub(from.max(start));
                common as f64 / (to.max(end) - from.min(start)) as f64
            });
            (to - from) as f64 * jaccard.fold(0.0, f64::max)
        });
        covered.sum::<f64>() / n as f64
    };
    annotations.iter().map(of_one).sum::<f64>() / annotations.len().max(1) as f64
}

fn inner(predictions: &[usize], n: usize) -> Vec<usize> {
    predictions.iter().copied().filter(|&at| at >= 1 && at + 1 < n).collect()
}

/// In rising order, each once, the first point among them.
fn with_beginning(points: &[usize]) -> Vec<usize> {
    let all: BTreeSet<usize> = points.iter().copied().chain([0]).collect();
    all.into_iter().collect()
}

/// How many of the true points are found; in rising order each takes the nearest prediction that is still free, of two as
/// near the earlier.
fn matched(truths: &[usize], predictions: &[usize]) -> usize {
    let mut free = predictions.to_vec();
    let mut found = 0;
    for &truth in truths {
        let near = free.iter().enumerate().filter(|(_, at)| at.abs_diff(truth) <= MARGIN);
        if let Some((place, _)) = near.min_by_key(|(_, at)| (at.abs_diff(truth), **at)) {
            free.remove(place);
            found += 1;
        }
    }
    found
}

fn segments(points: &[usize], n: usize) -> Vec<(usize, usize)> {
    let mut bounds = with_beginning(points);
    bounds.push(n);
    bounds.windows(2).map(|pair| (pair[0], pair[1])).filter(|(from, to)| from < to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(annotations: &[&[usize]], predictions: &[usize], n: usize, expected: (f64, f64)) {
        let annotations: Vec<Vec<usize>> = annotations.iter().map(|points| points.to_vec()).collect();
        let found = (f1(&annotations, predictions, n), cover(&annotations, predictions, n));
        let near = |a: f64, b: f64| (a - b).abs() < 1.5e-6;
        assert!(near(found.0, expected.0) && near(found.1, expected.1), "{found:?}, not {expected:?}");
    }

    /// From the reference implementation, on made-up points.
    #[test]
    fn vectors() {
        let three: [&[usize]; 3] = [&[20, 50], &[20], &[]];
        check(&three, &[22, 47, 80], 100, (0.857_143, 0.518_885));
        check(&three, &[], 100, (0.758_621, 0.686_667));
        let others: [&[usize]; 3] = [&[30], &[33, 60], &[28, 61]];
        check(&others, &[31, 60], 90, (1.0, 0.842_570));
        check(&others, &[24, 36, 66], 90, (0.838_710, 0.708_692));
        check(&[&[4], &[]], &[6], 40, (1.0, 0.883_333));
    }

    #[test]
    fn what_is_at_the_ends_is_no_prediction() {
        let points = vec![vec![20]];
        assert_eq!(f1(&points, &[0, 20, 99, 200], 100), f1(&points, &[20], 100));
        assert_eq!((f1(&points, &[20], 100), cover(&points, &[20], 100)), (1.0, 1.0));
        assert_eq!((f1(&[], &[20], 100), cover(&[], &[20], 100)), (0.0, 0.0));
    }
}
