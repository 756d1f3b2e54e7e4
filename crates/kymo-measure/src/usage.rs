//! Resource usage as the kernel accounts it to a process: what `getrusage` and `wait4` give, and differences of it.

use kymo_model::Seconds;

/// Resource usage of a process over its life, or the difference of two such readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Processor time, user and system, in seconds (`ru_utime + ru_stime`).
    pub cpu_s: f64,
    /// Page faults served without I/O (`ru_minflt`).
    pub minor_faults: u64,
    /// Page faults that waited for I/O (`ru_majflt`).
    pub major_faults: u64,
    /// Context switches, voluntary and involuntary (`ru_nvcsw + ru_nivcsw`).
    pub context_switches: u64,
    /// Largest resident set in bytes (`ru_maxrss`); a high-water mark, so a difference keeps the later value.
    ///
    /// A child inherits the mark of the process it was forked from, until it executes a program of its own.
    pub max_rss_bytes: u64,
}

impl Usage {
    /// What was used between `earlier` and this reading.
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            cpu_s: (self.cpu_s - earlier.cpu_s).max(0.0),
            minor_faults: self.minor_faults.saturating_sub(earlier.minor_faults),
            major_faults: self.major_faults.saturating_sub(earlier.major_faults),
            context_switches: self.context_switches.saturating_sub(earlier.context_switches),
            max_rss_bytes: self.max_rss_bytes,
        }
    }

    /// Processor time as a quantity.
    pub fn cpu(&self) -> Seconds {
        Seconds::new(self.cpu_s)
    }
}

#[cfg(unix)]
impl From<&libc::rusage> for Usage {
    /// The record that `wait4` filled in for a child.
    fn from(raw: &libc::rusage) -> Self {
        let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
        let count = |value: libc::c_long| u64::try_from(value).unwrap_or(0);
        // Linux counts the resident set in KiB, macOS in bytes.
        let rss_unit_bytes = if cfg!(target_os = "macos") { 1 } else { 1024 };
        Self {
            cpu_s: seconds(raw.ru_utime) + seconds(raw.ru_stime),
            minor_faults: count(raw.ru_minflt),
            major_faults: count(raw.ru_majflt),
            context_switches: count(raw.ru_nvcsw) + count(raw.ru_nivcsw),
            max_rss_bytes: count(raw.ru_maxrss) * rss_unit_bytes,
        }
    }
}

/// The usage of this process so far, all threads; `None` where the system does not say.
pub fn own() -> Option<Usage> {
    #[cfg(unix)]
    return crate::sys::rusage(crate::sys::Who::Own).as_ref().map(Usage::from);
    #[cfg(not(unix))]
    None
}

/// The usage of all children of this process that were waited for, and of theirs; `None` where the system does not
/// say. The difference of two readings around one child's life is that child's usage, if no other was reaped meanwhile.
pub fn reaped_children() -> Option<Usage> {
    #[cfg(unix)]
    return crate::sys::rusage(crate::sys::Who::Children).as_ref().map(Usage::from);
    #[cfg(not(unix))]
    None
}

/// Waits for the end of a child and says how it ended and what it used over its life, with all that it waited for
/// itself (`wait4`). Its standard input is closed first, as the standard library does.
#[cfg(unix)]
pub fn wait(mut child: std::process::Child) -> std::io::Result<(std::process::ExitStatus, Usage)> {
    drop(child.stdin.take());
    // Without WNOHANG the kernel has no other answer than an end or an error.
    ended(child.id(), true)?.ok_or_else(|| std::io::ErrorKind::WouldBlock.into())
}

/// As [`wait`], but `None` at once while the child still runs.
///
/// After it ended, the handle must not be waited for or killed any more: the standard library does not know of the
/// end, and the number may be another process's.
#[cfg(unix)]
pub fn try_wait(child: &std::process::Child) -> std::io::Result<Option<(std::process::ExitStatus, Usage)>> {
    ended(child.id(), false)
}

#[cfg(unix)]
fn ended(pid: u32, block: bool) -> std::io::Result<Option<(std::process::ExitStatus, Usage)>> {
    use std::os::unix::process::ExitStatusExt;
    // Zero would mean any child of the group.
    let pid = libc::pid_t::try_from(pid).ok().filter(|pid| *pid > 0).ok_or(std::io::ErrorKind::InvalidInput)?;
    let ended = crate::sys::wait4(pid, block)?;
    Ok(ended.map(|(status, usage)| (std::process::ExitStatus::from_raw(status), Usage::from(&usage))))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_difference_keeps_the_high_water_mark() {
        let earlier = Usage { cpu_s: 1.0, minor_faults: 10, major_faults: 1, context_switches: 5, max_rss_bytes: 4096 };
        let later = Usage { cpu_s: 1.5, minor_faults: 30, major_faults: 1, context_switches: 9, max_rss_bytes: 8192 };
        let expect = Usage { cpu_s: 0.5, minor_faults: 20, major_faults: 0, context_switches: 4, max_rss_bytes: 8192 };
        assert_eq!(later.since(&earlier), expect);
    }

    #[test]
    fn a_waited_child_is_accounted() {
        let before = reaped_children().unwrap();
        let child = std::process::Command::new("sh").args(["-c", "exit 3"]).spawn().unwrap();
        let pid = child.id();
        let (status, usage) = wait(child).unwrap();
        assert_eq!(status.code(), Some(3));
        assert!(usage.minor_faults > 0 && usage.max_rss_bytes > 0, "{usage:?}");
        let all = reaped_children().unwrap().since(&before);
        assert!(all.minor_faults >= usage.minor_faults, "{all:?} {usage:?}");
        assert!(own().unwrap().cpu_s > 0.0);
        assert!(ended(pid, true).is_err(), "it was waited for already");
    }

    #[test]
    fn a_running_child_has_not_ended() {
        use std::process::{Command, Stdio};
        let child = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        assert_eq!(try_wait(&child).unwrap(), None);
        assert!(wait(child).unwrap().0.success());
        assert!(ended(0, false).is_err() && ended(u32::MAX, false).is_err());
    }
}
