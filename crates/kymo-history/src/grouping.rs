//! Which changes are one event: on one machine, changes whose commit ranges can be the same commit.

use crate::detect::Change;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Changes that one commit can have made.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The machine's name.
    pub machine: String,
    /// Positions of the commits that all of the changes allow.
    pub commits: RangeInclusive<u32>,
    /// Position of the likeliest commit.
    pub at: u32,
    /// Position of the last commit that was measured before.
    pub before: u32,
    /// The changes, the largest first.
    pub changes: Vec<Change>,
}

/// Groups changes. Of a chain of ranges that overlap in part, each goes to the earliest group that still has a commit in
/// common with all of its changes: a group is never wider than its narrowest change.
pub fn group(changes: Vec<Change>) -> Vec<Group> {
    let mut by_machine: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for change in changes {
        by_machine.entry(change.machine.clone()).or_default().push(change);
    }
    by_machine.into_values().flat_map(on_one_machine).collect()
}

fn on_one_machine(mut changes: Vec<Change>) -> Vec<Group> {
    changes.sort_by_key(|change| (*change.commits.end(), *change.commits.start()));
    let mut groups: Vec<Group> = Vec::new();
    for change in changes {
        let fits = |group: &&mut Group| {
            change.commits.start() <= group.commits.end() && group.commits.start() <= change.commits.end()
        };
        match groups.iter_mut().find(fits) {
            Some(group) => {
                let start = *group.commits.start().max(change.commits.start());
                let end = *group.commits.end().min(change.commits.end());
                group.commits = start..=end;
                group.changes.push(change);
            }
            None => groups.push(Group {
                machine: change.machine.clone(),
                commits: change.commits.clone(),
                at: change.at,
                before: change.before,
                changes: vec![change],
            }),
        }
    }
    groups.iter_mut().for_each(settle);
    groups
}

/// The likeliest commit is where most of the changes put it; of two, the earlier.
fn settle(group: &mut Group) {
    group.changes.sort_by(|a, b| b.size.abs().total_cmp(&a.size.abs()));
    let mut votes: BTreeMap<u32, usize> = BTreeMap::new();
    for change in &group.changes {
        *votes.entry(change.at.clamp(*group.commits.start(), *group.commits.end())).or_default() += 1;
    }
    let most = votes.values().copied().max().unwrap_or(0);
    group.at = votes.into_iter().find(|(_, count)| *count == most).map_or(group.at, |(at, _)| at);
    group.before = group.changes.iter().map(|change| change.before).max().unwrap_or(group.before);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(series: i64, machine: &str, commits: RangeInclusive<u32>, at: u32) -> Change {
        Change {
            series,
            machine: machine.to_owned(),
            before: commits.start() - 1,
            commits,
            at,
            size: 0.05,
            interval: None,
            confidence: 1.0,
            worse: true,
            same_code: false,
            relative: false,
            spark: Vec::new(),
            spark_at: 0,
        }
    }

    fn shape(changes: Vec<Change>) -> Vec<(String, RangeInclusive<u32>, u32, usize)> {
        group(changes).into_iter().map(|group| (group.machine, group.commits, group.at, group.changes.len())).collect()
    }

    #[test]
    fn series_that_moved_together_are_one_event() {
        let changes = vec![change(1, "a", 10..=12, 11), change(2, "a", 11..=14, 11), change(3, "a", 40..=41, 41)];
        assert_eq!(shape(changes), [("a".to_owned(), 11..=12, 11, 2), ("a".to_owned(), 40..=41, 41, 1)]);
    }

    #[test]
    fn machines_are_apart() {
        let changes = vec![change(1, "a", 10..=12, 11), change(1, "b", 10..=12, 11)];
        assert_eq!(shape(changes).len(), 2);
    }

    #[test]
    fn a_chain_of_overlaps_is_not_one_event() {
        let changes = vec![change(1, "a", 10..=12, 12), change(2, "a", 12..=16, 14), change(3, "a", 15..=18, 16)];
        assert_eq!(shape(changes), [("a".to_owned(), 12..=12, 12, 2), ("a".to_owned(), 15..=18, 16, 1)]);
    }

    proptest::proptest! {
        #[test]
        fn every_change_is_in_one_group_that_it_allows(
            ranges in proptest::collection::vec((1_u32..60, 0_u32..8), 0..40)
        ) {
            let changes: Vec<Change> = ranges.iter().enumerate()
                .map(|(series, (start, length))| change(series as i64, "m", *start..=start + length, *start))
                .collect();
            let groups = group(changes.clone());
            proptest::prop_assert_eq!(groups.iter().map(|group| group.changes.len()).sum::<usize>(), changes.len());
            for group in &groups {
                proptest::prop_assert!(group.commits.start() <= group.commits.end());
                proptest::prop_assert!(group.commits.contains(&group.at));
                for change in &group.changes {
                    proptest::prop_assert!(change.commits.start() <= group.commits.start());
                    proptest::prop_assert!(group.commits.end() <= change.commits.end());
                }
            }
        }
    }
}
