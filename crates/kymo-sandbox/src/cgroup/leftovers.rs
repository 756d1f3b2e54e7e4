//! The names of groups tell whose they are, so that those of runners that died can be found and removed.

use super::group::{kill_all, remove_tree};
use super::layout::Layout;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

const PREFIX: &str = "kymo-box-";

/// A name that no other group of this machine has: process, when it started, and a number.
pub(super) fn new_name() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let pid = std::process::id();
    let started = start_of(pid).unwrap_or_default();
    format!("{PREFIX}{pid}-{started}-{}", COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Whether the runner that made a group of this name is gone; `false` for names that are not ours.
fn is_left_over(name: &str) -> bool {
    let Some(rest) = name.strip_prefix(PREFIX) else { return false };
    let mut parts = rest.split('-').map(|part| part.parse::<u64>().ok());
    let (Some(Some(pid)), Some(Some(started))) = (parts.next(), parts.next()) else { return false };
    u32::try_from(pid).map_or(true, |pid| start_of(pid) != Some(started))
}

/// When a process started, in clock ticks since boot: field 22 of its stat.
fn start_of(pid: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in field 2 may hold anything, so fields are counted from its last bracket.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// Ends what is left of runners that are gone, and removes their groups. Returns how many folders went.
pub(crate) fn sweep(layout: &Layout) -> usize {
    let left: Vec<PathBuf> = layout
        .folders()
        .into_iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flat_map(|entries| entries.flatten())
        .filter(|entry| entry.file_name().to_str().is_some_and(is_left_over))
        .map(|entry| entry.path())
        .collect();
    left.iter().filter(|folder| kill_all(std::slice::from_ref(*folder)).is_ok() && remove_tree(folder).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_groups_of_dead_runners_are_left_over() {
        let own = new_name();
        assert!(!is_left_over(&own), "{own}");
        let (pid, started) = (std::process::id(), start_of(std::process::id()).unwrap());
        assert!(is_left_over(&format!("kymo-box-{pid}-{}-0", started + 1)), "the number of the process was used again");
        assert!(is_left_over("kymo-box-4194305-1-0"), "no process has a number so high");
        for other in ["kymo-runner", "kymo-box-", "kymo-box-x-y", "user.slice"] {
            assert!(!is_left_over(other), "{other}");
        }
    }
}
