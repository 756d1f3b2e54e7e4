//! Processor time that other processes used between two snapshots.
//!
//! A process that began and ended in between is found in what its parent gained by waiting for it; it is then counted
//! under the parent's name. One that nobody waits for is not seen.

use crate::process::ProcessStat;
use crate::snapshot::Snapshot;
use std::collections::BTreeMap;

/// Clock ticks used by other processes, by name, most first.
pub(crate) fn ticks_by_name(before: &Snapshot, after: &Snapshot) -> Vec<(String, u64)> {
    let old: BTreeMap<u32, &ProcessStat> = before.processes.iter().map(|process| (process.pid, process)).collect();
    let new: BTreeMap<u32, &ProcessStat> = after.processes.iter().map(|process| (process.pid, process)).collect();
    let known_before = |process: &ProcessStat| {
        old.get(&process.pid).copied().filter(|earlier| earlier.start_ticks == process.start_ticks)
    };
    let survived =
        |process: &ProcessStat| new.get(&process.pid).is_some_and(|later| later.start_ticks == process.start_ticks);

    // What an ended process had used before is in its parent's gain, but was not used now.
    let mut old_in_gain: BTreeMap<u32, u64> = BTreeMap::new();
    for ended in before.processes.iter().filter(|process| !before.own.contains(&process.pid) && !survived(process)) {
        let used = ended.cpu_ticks + ended.reaped_cpu_ticks;
        for heir in heirs(ended, &old, survived) {
            *old_in_gain.entry(heir).or_default() += used;
        }
    }

    let mut by_name: BTreeMap<&str, u64> = BTreeMap::new();
    for process in after.processes.iter().filter(|process| !after.own.contains(&process.pid)) {
        let (cpu_before, reaped_before) =
            known_before(process).map_or((0, 0), |earlier| (earlier.cpu_ticks, earlier.reaped_cpu_ticks));
        let gain = process.reaped_cpu_ticks.saturating_sub(reaped_before);
        let gain = gain.saturating_sub(old_in_gain.get(&process.pid).copied().unwrap_or(0));
        *by_name.entry(&process.name).or_default() += process.cpu_ticks.saturating_sub(cpu_before) + gain;
    }
    let mut busy: Vec<(String, u64)> =
        by_name.into_iter().filter(|(_, ticks)| *ticks > 0).map(|(name, ticks)| (name.to_owned(), ticks)).collect();
    busy.sort_by_key(|(_, ticks)| std::cmp::Reverse(*ticks));
    busy
}

/// The processes whose gain may hold the time of one that ended: the nearest ancestor that lives on, and, where the
/// parent ended, too, the one that adopts orphans. Both, as it cannot be told which: better too little than a
/// process of days that ends now and makes a quiet minute noisy.
fn heirs(ended: &ProcessStat, old: &BTreeMap<u32, &ProcessStat>, survived: impl Fn(&ProcessStat) -> bool) -> Vec<u32> {
    let mut ancestor = old.get(&ended.parent).copied();
    let orphan = ancestor.is_some_and(|parent| !survived(parent));
    // Ancestors are at most as many as processes; a list read while it changes might hold a circle.
    for _ in 0..old.len() {
        match ancestor {
            Some(process) if !survived(process) => ancestor = old.get(&process.parent).copied(),
            _ => break,
        }
    }
    let mut heirs: Vec<u32> = ancestor.iter().map(|process| process.pid).collect();
    if orphan && !heirs.contains(&1) {
        heirs.push(1);
    }
    heirs
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Waited;
    use std::collections::BTreeSet;

    const OWN: u32 = 50;

    fn process(pid: u32, parent: u32, name: &str, cpu_ticks: u64, reaped_cpu_ticks: u64) -> ProcessStat {
        ProcessStat {
            pid,
            name: name.into(),
            parent,
            cpu_ticks,
            reaped_cpu_ticks,
            page_faults: 0,
            nice: 0,
            start_ticks: pid.into(),
        }
    }

    fn snapshot(processes: Vec<ProcessStat>) -> Snapshot {
        let own: BTreeSet<u32> = crate::process::descendants(&processes, &[OWN].into());
        let (at_ns, processors, throttle_events) = Default::default();
        Snapshot { at_ns, waited_us: Waited::default(), processors, processes, own, throttle_events }
    }

    fn check(before: Vec<ProcessStat>, after: Vec<ProcessStat>, expect: &[(&str, u64)]) {
        let busy = ticks_by_name(&snapshot(before), &snapshot(after));
        let busy: Vec<(&str, u64)> = busy.iter().map(|(name, ticks)| (name.as_str(), *ticks)).collect();
        assert_eq!(busy, expect);
    }

    #[test]
    fn ours_are_left_out_and_others_summed_by_name() {
        let before = vec![process(1, 0, "init", 9, 9), process(7, 1, "cc", 10, 0), process(OWN, 1, "kymo", 5, 0)];
        let after = vec![
            process(1, 0, "init", 9, 9),
            process(7, 1, "cc", 14, 0),
            process(8, 1, "cc", 3, 0),
            process(OWN, 1, "kymo", 500, 300),
            process(51, OWN, "worker", 400, 0),
        ];
        check(before, after, &[("cc", 7)]);
    }

    #[test]
    fn a_child_that_came_and_went_is_its_parent_s() {
        let before = vec![process(7, 1, "make", 10, 100)];
        let after = vec![process(7, 1, "make", 11, 160)];
        check(before, after, &[("make", 61)]);
    }

    #[test]
    fn what_an_ended_process_used_before_is_not_counted_now() {
        let before = vec![process(7, 1, "make", 10, 0), process(8, 7, "cc", 1000, 0)];
        let after = vec![process(7, 1, "make", 10, 1030)];
        check(before, after, &[("make", 30)]);
    }

    #[test]
    fn an_ended_family_is_charged_to_whom_it_left() {
        let before = vec![
            process(1, 0, "init", 0, 0),
            process(6, 1, "shell", 0, 0),
            process(7, 6, "make", 10, 0),
            process(8, 7, "cc", 1000, 0),
        ];
        let to_shell = vec![process(1, 0, "init", 0, 0), process(6, 1, "shell", 0, 1013)];
        check(before.clone(), to_shell, &[("shell", 3)]);
        let orphan_to_init = vec![process(1, 0, "init", 0, 1005), process(6, 1, "shell", 0, 10)];
        check(before, orphan_to_init, &[("init", 5)]);
    }

    #[test]
    fn a_reused_number_is_another_process() {
        let before = vec![process(7, 1, "old", 1000, 0)];
        let after = vec![ProcessStat { start_ticks: 999, ..process(7, 1, "new", 4, 0) }];
        check(before, after, &[("new", 4)]);
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let before = vec![process(7, 8, "a", 1, 0), process(8, 7, "b", 1, 0)];
        check(before, vec![], &[]);
    }
}
