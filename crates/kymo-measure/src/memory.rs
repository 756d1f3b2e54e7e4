//! Memory of processes: high-water mark, resident set, and the proportional set of a whole tree.

pub use crate::pss::{PssPeak, PssSampler};

use crate::process::Tree;
use crate::root::{Root, field_bytes};

/// Largest resident set of the process since it started or since the mark was reset, in bytes.
///
/// Source: `VmHWM` in `/proc/PID/status`. Pages shared with other processes count in full. The kernel notes the mark
/// when it updates its counts, which may lag by some pages for each thread.
pub fn peak_rss_bytes(pid: u32) -> Option<u64> {
    peak_rss_bytes_in(&Root::live(), pid)
}

fn peak_rss_bytes_in(root: &Root, pid: u32) -> Option<u64> {
    field_bytes(&root.text(format!("proc/{pid}/status"))?, "VmHWM")
}

/// Sets this process's high-water mark back to its present resident set; says whether the kernel let it.
///
/// Source: `5` written to `/proc/self/clear_refs`.
pub fn reset_own_peak_rss() -> bool {
    std::fs::write(Root::live().path("proc/self/clear_refs"), "5").is_ok()
}

/// Present resident set of the process in bytes: one small file, some microseconds.
///
/// Source: `/proc/PID/statm`, which the kernel keeps with an error of some pages for each processor.
pub fn rss_bytes(pid: u32) -> Option<u64> {
    let pages = resident_pages(&Root::live().text(format!("proc/{pid}/statm"))?)?;
    pages.checked_mul(crate::sys::page_bytes()?)
}

fn resident_pages(statm: &str) -> Option<u64> {
    statm.split_ascii_whitespace().nth(1)?.parse().ok()
}

/// Present proportional set of the process in bytes: each page divided by the number of processes that map it.
///
/// Source: `Pss` in `/proc/PID/smaps_rollup`, for which the kernel walks all its pages under the lock of its address
/// space: 0.2 ms for a shell, 6 ms for a large server, in which the process cannot map memory. `None` where the
/// process has ended, belongs to another user, or the kernel is older than 4.14.
pub fn pss_bytes(pid: u32) -> Option<u64> {
    pss_bytes_in(&Root::live(), pid)
}

fn pss_bytes_in(root: &Root, pid: u32) -> Option<u64> {
    field_bytes(&root.text(format!("proc/{pid}/smaps_rollup"))?, "Pss")
}

/// Sum of the proportional sets of the process and of all that descend from it, in bytes; see [`pss_bytes`].
///
/// The members are read one after another, so that a page handed over meanwhile may count twice or not at all.
/// `None` where not one of them can be read.
pub fn pss_bytes_tree(pid: u32) -> Option<u64> {
    pss_bytes_of(&Root::live(), &mut Tree::new(Root::live(), pid))
}

pub(crate) fn pss_bytes_of(root: &Root, tree: &mut Tree) -> Option<u64> {
    tree.members().filter_map(|pid| pss_bytes_in(root, pid)).reduce(u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_fields_of_made_up_processes() {
        let folder = tempfile::tempdir().unwrap();
        let root = Root::at(folder.path());
        for (pid, parent, kib) in [(10, 1, 300), (11, 10, 50), (12, 1, 1000)] {
            let path = folder.path().join(format!("proc/{pid}"));
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("status"), format!("Name:\tx\nVmHWM:\t  {kib} kB\nVmRSS:\t 1 kB\n")).unwrap();
            let rollup = format!("5-7 ---p 0 0:0 0 [rollup]\nRss: 9999 kB\nPss:  {kib} kB\nPss_Dirty: 1 kB\n");
            std::fs::write(path.join("smaps_rollup"), rollup).unwrap();
            let stat = format!("{pid} (x) S {parent} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 77");
            std::fs::write(path.join("stat"), stat).unwrap();
        }
        assert_eq!(peak_rss_bytes_in(&root, 12), Some(1000 * 1024));
        assert_eq!(pss_bytes_in(&root, 11), Some(50 * 1024));
        assert_eq!(pss_bytes_of(&root, &mut Tree::new(root.clone(), 10)), Some(350 * 1024));
        assert_eq!(peak_rss_bytes_in(&root, 99), None);
        assert_eq!(pss_bytes_of(&root, &mut Tree::new(root.clone(), 99)), None);
    }

    #[test]
    fn parses_statm() {
        assert_eq!(resident_pages("765 443 416 5 0 123 0"), Some(443));
        assert_eq!(resident_pages(""), None);
    }
}
