//! Processes as `/proc` lists them: who descends from whom, and how much processor time each has used.
//!
//! Processes that the kernel hides (another PID namespace, `hidepid`) do not exist here.

use crate::root::Root;
use std::collections::{BTreeMap, BTreeSet};

/// What `/proc/PID/stat` says of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessStat {
    /// Process number.
    pub pid: u32,
    /// Name of the command, 15 bytes at most.
    pub name: String,
    /// Process number of the parent.
    pub parent: u32,
    /// Processor time of all its threads, user and system, in clock ticks.
    pub cpu_ticks: u64,
    /// Processor time of its children that were waited for, and of theirs, in clock ticks.
    pub reaped_cpu_ticks: u64,
    /// Page faults of all its threads, minor and major.
    pub page_faults: u64,
    /// Nice value, from -20 (first) to 19 (last).
    pub nice: i32,
    /// Start, in clock ticks since boot: with the number it names a process for good.
    pub start_ticks: u64,
}

impl ProcessStat {
    /// Parses a line of `/proc/PID/stat`.
    pub fn parse(line: &str) -> Option<Self> {
        // The name stands in parentheses and may itself hold some: the last one ends it.
        let (head, rest) = line.rsplit_once(')')?;
        let (pid, name) = head.split_once('(')?;
        // Field numbers of proc(5) count from 1; the first one after the name is 3, the state.
        let fields: Vec<&str> = rest.split_ascii_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
        // The times of waited-for children are signed in old kernels' format strings; they are never negative.
        Some(Self {
            pid: pid.trim().parse().ok()?,
            name: name.to_owned(),
            parent: u32::try_from(number(4)?).ok()?,
            cpu_ticks: number(14)? + number(15)?,
            reaped_cpu_ticks: number(16)? + number(17)?,
            page_faults: number(10)? + number(12)?,
            nice: fields.get(19 - 3)?.parse().ok()?,
            start_ticks: number(22)?,
        })
    }

    /// The process with this number, while it exists.
    pub fn read(root: &Root, pid: u32) -> Option<Self> {
        Self::parse(&root.text(format!("proc/{pid}/stat"))?)
    }
}

/// All processes, in the order of their numbers.
pub fn all(root: &Root) -> Vec<ProcessStat> {
    let Ok(entries) = std::fs::read_dir(root.path("proc")) else {
        return Vec::new();
    };
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let mut processes: Vec<ProcessStat> = pids.filter_map(|pid| ProcessStat::read(root, pid)).collect();
    processes.sort_by_key(|process| process.pid);
    processes
}

/// The numbers in `roots` and of all processes that descend from them.
pub fn descendants(processes: &[ProcessStat], roots: &BTreeSet<u32>) -> BTreeSet<u32> {
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for process in processes {
        children.entry(process.parent).or_default().push(process.pid);
    }
    let mut found = roots.clone();
    let mut open: Vec<u32> = roots.iter().copied().collect();
    while let Some(pid) = open.pop() {
        for child in children.get(&pid).into_iter().flatten() {
            if found.insert(*child) {
                open.push(*child);
            }
        }
    }
    found
}

/// A process and its descendants, followed over time.
///
/// A descendant whose parent has ended stays a member, whoever adopts it. The list of all processes is read only
/// after a new process or thread has come into being anywhere (the last number in `/proc/loadavg` tells), so that
/// asking often is cheap: a reading of some 300 processes takes milliseconds, of one file microseconds.
#[derive(Debug)]
pub struct Tree {
    root: Root,
    /// Members by number, with their start.
    members: BTreeMap<u32, u64>,
    newest_pid: Option<u64>,
}

impl Tree {
    /// The tree that grows from the process `pid`.
    pub fn new(root: Root, pid: u32) -> Self {
        let members = ProcessStat::read(&root, pid).map(|process| (pid, process.start_ticks)).into_iter().collect();
        Self { root, members, newest_pid: None }
    }

    /// The present members; some may have ended since.
    pub fn members(&mut self) -> impl Iterator<Item = u32> + '_ {
        let newest_pid = newest_pid(&self.root);
        if newest_pid.is_none() || newest_pid != self.newest_pid {
            self.newest_pid = newest_pid;
            self.rescan();
        }
        self.members.keys().copied()
    }

    fn rescan(&mut self) {
        let processes = all(&self.root);
        let starts: BTreeMap<u32, u64> = processes.iter().map(|process| (process.pid, process.start_ticks)).collect();
        // A number whose process started at another time was given to a stranger.
        let alive = self.members.iter().filter(|(pid, start)| starts.get(pid) == Some(start)).map(|(pid, _)| *pid);
        let tree = descendants(&processes, &alive.collect());
        self.members = tree.into_iter().filter_map(|pid| Some((pid, *starts.get(&pid)?))).collect();
    }
}

/// The number given last to a process or thread; `None` where the system does not count (some sandboxes say 0).
fn newest_pid(root: &Root) -> Option<u64> {
    root.text("proc/loadavg")?.split_ascii_whitespace().nth(4)?.parse().ok().filter(|pid| *pid > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32) -> ProcessStat {
        let (cpu_ticks, reaped_cpu_ticks, page_faults, nice, start_ticks) = Default::default();
        ProcessStat {
            pid,
            name: format!("p{pid}"),
            parent,
            cpu_ticks,
            reaped_cpu_ticks,
            page_faults,
            nice,
            start_ticks,
        }
    }

    fn write(folder: &std::path::Path, stat: &ProcessStat) {
        let path = folder.join(format!("proc/{}", stat.pid));
        std::fs::create_dir_all(&path).unwrap();
        let ProcessStat { pid, name, parent, cpu_ticks, reaped_cpu_ticks, page_faults, nice, start_ticks } = stat;
        let text = format!(
            "{pid} ({name}) S {parent} 1 1 0 -1 4194304 {page_faults} 9 0 0 {cpu_ticks} 0 {reaped_cpu_ticks} 0 20 {nice} 1 0 {start_ticks} 0 0\n"
        );
        std::fs::write(path.join("stat"), text).unwrap();
    }

    #[test]
    fn parses_a_name_with_parentheses_and_spaces() {
        let line =
            "42 (a) b (c)) S 7 42 42 0 -1 4194560 100 200 3 4 50 60 70 80 39 19 4 0 12345 1000 20 18446744073709551615";
        let expect = ProcessStat {
            pid: 42,
            name: "a) b (c)".to_owned(),
            parent: 7,
            cpu_ticks: 110,
            reaped_cpu_ticks: 150,
            page_faults: 103,
            nice: 19,
            start_ticks: 12345,
        };
        assert_eq!(ProcessStat::parse(line), Some(expect));
    }

    #[test]
    fn refuses_what_is_no_stat() {
        for line in ["", "42", "42 (x", "42 (x) S", "x (y) S 1 2 3"] {
            assert_eq!(ProcessStat::parse(line), None, "{line}");
        }
    }

    #[test]
    fn finds_descendants_and_survives_a_circle() {
        let processes = [process(1, 0), process(2, 1), process(3, 2), process(4, 1), process(5, 6), process(6, 5)];
        assert_eq!(descendants(&processes, &[2].into()), [2, 3].into());
        assert_eq!(descendants(&processes, &[5].into()), [5, 6].into());
        assert_eq!(descendants(&processes, &[9].into()), [9].into());
    }

    #[test]
    fn an_orphan_stays_in_its_tree_and_a_reused_number_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let newest = |pid: u32| {
            std::fs::write(folder.path().join("proc/loadavg"), format!("0.1 0.1 0.1 1/9 {pid}\n")).unwrap();
        };
        for stat in [process(1, 0), process(10, 1), process(11, 10), process(12, 11)] {
            write(folder.path(), &stat);
        }
        newest(12);
        let mut tree = Tree::new(Root::at(folder.path()), 10);
        assert_eq!(tree.members().collect::<Vec<_>>(), [10, 11, 12]);

        // 11 ends, 12 is adopted by 1, and 11 comes back as a stranger; nothing is read before the count moves.
        write(folder.path(), &process(12, 1));
        write(folder.path(), &ProcessStat { start_ticks: 99, ..process(11, 1) });
        assert_eq!(tree.members().collect::<Vec<_>>(), [10, 11, 12]);
        newest(13);
        assert_eq!(tree.members().collect::<Vec<_>>(), [10, 12]);
    }

    #[test]
    fn finds_this_process() {
        let own = std::process::id();
        if let Some(stat) = ProcessStat::read(&Root::live(), own) {
            assert_eq!(stat.pid, own);
            assert!(all(&Root::live()).iter().any(|process| process.pid == own));
        }
    }
}
