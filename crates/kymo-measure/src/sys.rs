//! The calls into the C library, each behind a safe function. A call that fails gives `None`, never a stand-in.

pub(crate) use platform::*;

#[cfg(unix)]
mod platform {
    use std::mem::MaybeUninit;

    /// One of the system's clocks.
    #[derive(Clone, Copy)]
    pub(crate) enum ClockId {
        /// Never set back, slewed by NTP: the kernel's `CLOCK_MONOTONIC`.
        Monotonic,
        /// Processor time of all threads of this process.
        ProcessCpu,
        /// Processor time of the calling thread.
        ThreadCpu,
    }

    /// The reading of a clock in nanoseconds; 0 where the kernel lacks it, which POSIX rules out for these three.
    #[inline]
    pub(crate) fn clock_ns(clock: ClockId) -> u64 {
        let id = match clock {
            ClockId::Monotonic => libc::CLOCK_MONOTONIC,
            ClockId::ProcessCpu => libc::CLOCK_PROCESS_CPUTIME_ID,
            ClockId::ThreadCpu => libc::CLOCK_THREAD_CPUTIME_ID,
        };
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a live, writable timespec, and the call keeps no pointer to it.
        unsafe { libc::clock_gettime(id, &mut time) };
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }

    /// Processor time of all threads, dead ones included, of another process in nanoseconds; `None` where there is no
    /// such process.
    #[cfg(target_os = "linux")]
    pub(crate) fn process_cpu_ns(pid: u32) -> Option<u64> {
        let mut id: libc::clockid_t = 0;
        // SAFETY: `id` is a live, writable clockid_t, and the call keeps no pointer to it.
        if unsafe { libc::clock_getcpuclockid(libc::pid_t::try_from(pid).ok()?, &mut id) } != 0 {
            return None;
        }
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: `time` is a live, writable timespec, and the call keeps no pointer to it.
        let result = unsafe { libc::clock_gettime(id, &mut time) };
        (result == 0).then_some(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
    }

    /// Processor time of another process: unknown here.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn process_cpu_ns(_: u32) -> Option<u64> {
        None
    }

    /// Whose resource usage.
    #[derive(Clone, Copy)]
    pub(crate) enum Who {
        /// This process, all threads.
        Own,
        /// Its children that were waited for, and theirs.
        Children,
    }

    /// The kernel's resource usage record, or `None` where the call fails.
    pub(crate) fn rusage(who: Who) -> Option<libc::rusage> {
        let who = match who {
            Who::Own => libc::RUSAGE_SELF,
            Who::Children => libc::RUSAGE_CHILDREN,
        };
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: `usage` is writable memory of the size of an rusage, and the call keeps no pointer to it.
        let result = unsafe { libc::getrusage(who, usage.as_mut_ptr()) };
        // SAFETY: an rusage is made of integers, so the zeroed memory is a valid one even where the call wrote nothing.
        let usage = unsafe { usage.assume_init() };
        (result == 0).then_some(usage)
    }

    /// Waits for the child `pid`: its raw status and usage, or `None` where `block` is false and it still runs.
    pub(crate) fn wait4(pid: libc::pid_t, block: bool) -> std::io::Result<Option<(i32, libc::rusage)>> {
        let options = if block { 0 } else { libc::WNOHANG };
        let mut usage = MaybeUninit::<libc::rusage>::zeroed();
        let mut status = 0;
        loop {
            // SAFETY: `status` and `usage` are writable memory of the right sizes, and the call keeps no pointer to them.
            let reaped = unsafe { libc::wait4(pid, &mut status, options, usage.as_mut_ptr()) };
            match reaped {
                0 => return Ok(None),
                1.. => break,
                _ => {
                    let error = std::io::Error::last_os_error();
                    if error.kind() != std::io::ErrorKind::Interrupted {
                        return Err(error);
                    }
                }
            }
        }
        // SAFETY: an rusage is made of integers, so the zeroed memory is a valid one even where the call wrote nothing.
        Ok(Some((status, unsafe { usage.assume_init() })))
    }

    /// The logical processors that this thread may run on; empty where the system does not tell.
    #[cfg(target_os = "linux")]
    pub(crate) fn allowed_cpus() -> Vec<u32> {
        let mut set = MaybeUninit::<libc::cpu_set_t>::zeroed();
        // SAFETY: `set` is writable memory of the size given, and the call keeps no pointer to it.
        let result = unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), set.as_mut_ptr()) };
        // SAFETY: a cpu_set_t is an array of integers, so the zeroed memory is a valid one.
        let set = unsafe { set.assume_init() };
        if result != 0 {
            return Vec::new();
        }
        let all = 0..libc::CPU_SETSIZE as usize;
        // SAFETY: the index is below CPU_SETSIZE.
        all.filter(|cpu| unsafe { libc::CPU_ISSET(*cpu, &set) }).map(|cpu| cpu as u32).collect()
    }

    /// The logical processors that this thread may run on: unknown here.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn allowed_cpus() -> Vec<u32> {
        Vec::new()
    }

    /// Clock ticks in a second, the unit of times in `/proc`.
    pub(crate) fn ticks_per_second() -> Option<u64> {
        // SAFETY: sysconf takes a number and returns a number.
        let ticks = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
        u64::try_from(ticks).ok().filter(|ticks| *ticks > 0)
    }

    /// Size of a page in bytes, the unit of `/proc/PID/statm`.
    pub(crate) fn page_bytes() -> Option<u64> {
        // SAFETY: sysconf takes a number and returns a number.
        let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
        u64::try_from(bytes).ok().filter(|bytes| *bytes > 0)
    }

    /// Bytes that this user may still write on the file system that holds `path`.
    pub(crate) fn free_disk_bytes(path: &std::path::Path) -> Option<u64> {
        use std::os::unix::ffi::OsStrExt;
        let path = std::ffi::CString::new(path.as_os_str().as_bytes()).ok()?;
        let mut stat = MaybeUninit::<libc::statvfs>::zeroed();
        // SAFETY: `path` is NUL-terminated and outlives the call; `stat` is writable memory of the right size.
        let result = unsafe { libc::statvfs(path.as_ptr(), stat.as_mut_ptr()) };
        // SAFETY: a statvfs is made of integers, so the zeroed memory is a valid one even where the call wrote nothing.
        let stat = unsafe { stat.assume_init() };
        // The widths of these fields differ between systems; on some the conversions change nothing.
        #[allow(clippy::unnecessary_cast)]
        (result == 0).then_some((stat.f_bavail as u64).saturating_mul(stat.f_frsize as u64))
    }
}

#[cfg(not(unix))]
mod platform {
    /// The logical processors that this thread may run on: unknown here.
    pub(crate) fn allowed_cpus() -> Vec<u32> {
        Vec::new()
    }

    /// Processor time of another process: unknown here.
    pub(crate) fn process_cpu_ns(_: u32) -> Option<u64> {
        None
    }

    /// Clock ticks in a second: unknown here.
    pub(crate) fn ticks_per_second() -> Option<u64> {
        None
    }

    /// Size of a page: unknown here.
    pub(crate) fn page_bytes() -> Option<u64> {
        None
    }

    /// Free space of a file system: unknown here.
    pub(crate) fn free_disk_bytes(_: &std::path::Path) -> Option<u64> {
        None
    }
}
