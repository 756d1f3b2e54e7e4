//! What a living process and its descendants have used so far, read from outside.

use crate::process::{ProcessStat, Tree};
use crate::root::{Root, field};

/// What a tree of processes has used, or the difference of two such readings. What ended between two readings is
/// missing: it is for servers, whose processes and threads live on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TreeUsage {
    /// Processor time, user and system, in nanoseconds (the process clocks of `clock_getcpuclockid`).
    pub cpu_ns: u64,
    /// Page faults, minor and major (`/proc/PID/stat`).
    pub page_faults: u64,
    /// Context switches of the living threads, voluntary and involuntary (`/proc/PID/task/TID/status`).
    pub context_switches: u64,
}

impl TreeUsage {
    /// Reads all members of the tree.
    pub fn read(tree: &mut Tree) -> Self {
        let root = Root::live();
        let mut sum = Self::default();
        for pid in tree.members() {
            sum.cpu_ns += crate::sys::process_cpu_ns(pid).unwrap_or(0);
            sum.page_faults += ProcessStat::read(&root, pid).map_or(0, |stat| stat.page_faults);
            let tasks = root.names(format!("proc/{pid}/task"));
            sum.context_switches += tasks.iter().map(|task| switches(&root, pid, task)).sum::<u64>();
        }
        sum
    }

    /// What was used between `earlier` and this reading.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            cpu_ns: self.cpu_ns.saturating_sub(earlier.cpu_ns),
            page_faults: self.page_faults.saturating_sub(earlier.page_faults),
            context_switches: self.context_switches.saturating_sub(earlier.context_switches),
        }
    }
}

fn switches(root: &Root, pid: u32, task: &str) -> u64 {
    let Some(status) = root.text(format!("proc/{pid}/task/{task}/status")) else { return 0 };
    let number = |key| field(&status, key).and_then(|text| text.trim().parse::<u64>().ok()).unwrap_or(0);
    number("voluntary_ctxt_switches") + number("nonvoluntary_ctxt_switches")
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_busy_child_is_seen_from_outside() {
        let script = "i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done; read line";
        let mut child =
            std::process::Command::new("sh").args(["-c", script]).stdin(std::process::Stdio::piped()).spawn().unwrap();
        let mut tree = Tree::new(Root::live(), child.id());
        let first = TreeUsage::read(&mut tree);
        // It ends its work at some time, and then waits for us, which is a switch; the kernel counts it as it goes.
        let mut used = first;
        while used.since(&first).cpu_ns < 1_000_000 || used.context_switches == 0 {
            std::thread::sleep(std::time::Duration::from_millis(2));
            used = TreeUsage::read(&mut tree);
        }
        assert!(used.page_faults > 0, "{used:?}");
        drop(child.stdin.take());
        child.wait().unwrap();
        assert_eq!(TreeUsage::read(&mut tree), TreeUsage::default(), "nothing is left of it");
    }
}
