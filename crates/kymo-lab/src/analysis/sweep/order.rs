//! Where the order of two lines changes, and where nobody knows.

use crate::analysis::judged::Judged;
use kymo_stats::Verdict;

/// How a line stands to its base at a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It costs less.
    Less,
    /// It costs more.
    More,
    /// It costs the same, within the margin.
    Same,
    /// Neither was shown.
    Open,
    /// There is nothing to compare.
    Missing,
}

/// A change of the order: somewhere between two points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The last point at which the order was as before.
    pub from: usize,
    /// The first point at which it was the other way round.
    pub to: usize,
    /// The points between them, at which neither was shown.
    pub between: Vec<usize>,
}

/// How a line stands to its base along the points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// For each point.
    pub standings: Vec<Standing>,
    /// The changes, in the order of the points.
    pub changes: Vec<Change>,
}

impl Order {
    /// The order that these comparisons with the base show. A verdict decides, so a difference that the intervals do not
    /// settle is no side, and never makes a change.
    pub fn of<'a>(judged: impl Iterator<Item = Option<&'a Judged>>) -> Self {
        Self::new(judged.map(|judged| standing(judged.and_then(|judged| judged.verdict))).collect())
    }

    /// The order with these standings.
    pub fn new(standings: Vec<Standing>) -> Self {
        let mut changes = Vec::new();
        let mut last: Option<(usize, Standing)> = None;
        for (point, standing) in standings.iter().copied().enumerate() {
            if !matches!(standing, Standing::Less | Standing::More) {
                continue;
            }
            if let Some((from, before)) = last
                && before != standing
            {
                changes.push(Change { from, to: point, between: (from + 1..point).collect() });
            }
            last = Some((point, standing));
        }
        Self { standings, changes }
    }
}

fn standing(verdict: Option<Verdict>) -> Standing {
    match verdict {
        Some(Verdict::Faster) => Standing::Less,
        Some(Verdict::Slower) => Standing::More,
        Some(Verdict::Same { .. }) => Standing::Same,
        Some(Verdict::Inconclusive { .. }) => Standing::Open,
        None => Standing::Missing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Less, Missing, More, Open, Same};
    use proptest::prelude::*;

    #[test]
    fn a_change_lies_between_points_that_are_settled() {
        let changes = |standings: &[Standing]| Order::new(standings.to_vec()).changes;
        assert_eq!(changes(&[More, More, Less]), [Change { from: 1, to: 2, between: vec![] }]);
        assert_eq!(changes(&[More, Open, Same, Missing, Less]), [Change { from: 0, to: 4, between: vec![1, 2, 3] }]);
        assert_eq!(changes(&[Open, More, Open, More, Same]), []);
        assert_eq!(changes(&[Open, Open]), []);
        assert_eq!(changes(&[Less, More, Less]).len(), 2);
    }

    fn standings() -> impl Strategy<Value = Vec<Standing>> {
        proptest::collection::vec(prop_oneof![Just(Less), Just(More), Just(Same), Just(Open), Just(Missing)], 0..12)
    }

    fn is_side(standing: Standing) -> bool {
        matches!(standing, Less | More)
    }

    proptest! {
        #[test]
        fn changes_are_where_neighbouring_sides_differ(standings in standings()) {
            let order = Order::new(standings.clone());
            let sides: Vec<Standing> = standings.iter().copied().filter(|one| is_side(*one)).collect();
            prop_assert_eq!(order.changes.len(), sides.windows(2).filter(|pair| pair[0] != pair[1]).count());
            for change in &order.changes {
                prop_assert!(is_side(standings[change.from]) && is_side(standings[change.to]));
                prop_assert!(standings[change.from] != standings[change.to]);
                prop_assert!(change.between.iter().all(|point| !is_side(standings[*point])));
                prop_assert_eq!(change.from + change.between.len() + 1, change.to);
            }
        }

        #[test]
        fn exchanging_the_sides_changes_no_change(standings in standings()) {
            let exchanged = standings.iter().map(|one| match one { Less => More, More => Less, other => *other });
            prop_assert_eq!(Order::new(exchanged.collect()).changes, Order::new(standings).changes);
        }

        #[test]
        fn what_is_open_adds_no_change(standings in standings(), at in 0usize..12) {
            let before = Order::new(standings.clone()).changes.len();
            let mut more = standings;
            more.insert(at.min(more.len()), Open);
            prop_assert_eq!(Order::new(more).changes.len(), before);
        }
    }
}
