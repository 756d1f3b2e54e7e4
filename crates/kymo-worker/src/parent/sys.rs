//! The system calls that the standard library does not offer: a leaf module, the only one here with `unsafe`.

use kymo_model::Seconds;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};

/// The unit of `ru_maxrss` (getrusage(2)): KiB, but bytes on macOS.
const MAXRSS_UNIT_BYTES: u64 = if cfg!(target_os = "macos") { 1 } else { 1024 };

/// What the kernel counted for a process that has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// User and system time.
    pub cpu: Seconds,
    /// Page faults, minor and major.
    pub page_faults: u64,
    /// Context switches, voluntary and involuntary.
    pub context_switches: u64,
    /// Largest resident set in bytes, of itself or of a process that it waited for. It begins at the mark of the process
    /// that started it.
    pub peak_rss_bytes: u64,
}

/// Makes the command start in a process group of its own and die with the thread that starts it, so that a killed
/// `kymo` leaves no engine behind.
pub fn isolate(command: &mut Command) {
    command.process_group(0);
    die_with_parent(command);
}

/// Asks a process to end.
pub fn terminate(pid: u32) {
    // SAFETY: the call takes numbers alone. The process is a child that was not waited for, so its number is still its
    // own.
    unsafe {
        libc::kill(pid as libc::pid_t, libc::SIGTERM);
    }
}

/// Makes the command die with the thread that starts it.
pub fn die_with_parent(command: &mut Command) {
    #[cfg(target_os = "linux")]
    {
        let parent = std::process::id();
        // SAFETY: between fork and exec only async-signal-safe functions may be called; prctl and getppid are, and
        // nothing is allocated.
        unsafe {
            command.pre_exec(move || {
                if libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) != 0 {
                    return Err(io::Error::last_os_error());
                }
                // The parent may have died before the call above took effect.
                if libc::getppid() as u32 != parent {
                    return Err(io::Error::from_raw_os_error(libc::ESRCH));
                }
                Ok(())
            });
        }
    }
    #[cfg(not(target_os = "linux"))]
    let _ = command;
}

/// Keeps the first thread of a child to one logical processor. Threads that it started before stay free: compilers'
/// and garbage collectors' helpers are not to be squeezed onto the processor that is measured.
///
/// # Errors
/// Those of `sched_setaffinity`: no such processor, none that this process may use; `Unsupported` beyond Linux.
pub fn pin(pid: u32, cpu: u32) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        if cpu as usize >= libc::CPU_SETSIZE as usize {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        // SAFETY: an all-zero cpu_set_t is a valid, empty one, and `cpu` is below CPU_SETSIZE.
        let set = unsafe {
            let mut set = std::mem::zeroed::<libc::cpu_set_t>();
            libc::CPU_SET(cpu as usize, &mut set);
            set
        };
        // SAFETY: `set` is readable memory of the size given, and the call keeps no pointer to it.
        let result = unsafe { libc::sched_setaffinity(pid as libc::pid_t, size_of::<libc::cpu_set_t>(), &set) };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (pid, cpu);
        Err(io::ErrorKind::Unsupported.into())
    }
}

/// Sends SIGKILL to a process group.
pub fn kill_group(leader: u32) {
    // SAFETY: kill takes two integers and touches no memory of ours. The leader has not been reaped when this is
    // called, so its number still names our own child's group.
    unsafe {
        libc::kill(-(leader as libc::pid_t), libc::SIGKILL);
    }
}

/// Waits for a child and returns what the kernel counted; `None` while it still runs, if `block` is false.
///
/// # Errors
/// Those of `wait4`.
pub fn wait(pid: u32, block: bool) -> io::Result<Option<(ExitStatus, Usage)>> {
    let flags = if block { 0 } else { libc::WNOHANG };
    let mut status: libc::c_int = 0;
    loop {
        // SAFETY: an all-zero rusage is a valid value of that plain C struct.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to live variables of the right types, and the kernel writes only to them.
        let reaped = unsafe { libc::wait4(pid as libc::pid_t, &raw mut status, flags, &raw mut usage) };
        if reaped == 0 {
            return Ok(None);
        }
        if reaped > 0 {
            return Ok(Some((ExitStatus::from_raw(status), counted(&usage))));
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
}

fn counted(usage: &libc::rusage) -> Usage {
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 * 1e-6;
    Usage {
        cpu: Seconds::new(seconds(usage.ru_utime) + seconds(usage.ru_stime)),
        page_faults: (usage.ru_minflt + usage.ru_majflt).max(0) as u64,
        context_switches: (usage.ru_nvcsw + usage.ru_nivcsw).max(0) as u64,
        peak_rss_bytes: (usage.ru_maxrss.max(0) as u64).saturating_mul(MAXRSS_UNIT_BYTES),
    }
}

/// The name of a signal, as SIGSEGV.
pub fn signal_name(signal: i32) -> String {
    let name = match signal {
        libc::SIGABRT => "SIGABRT",
        libc::SIGALRM => "SIGALRM",
        libc::SIGBUS => "SIGBUS",
        libc::SIGFPE => "SIGFPE",
        libc::SIGHUP => "SIGHUP",
        libc::SIGILL => "SIGILL",
        libc::SIGINT => "SIGINT",
        libc::SIGKILL => "SIGKILL",
        libc::SIGPIPE => "SIGPIPE",
        libc::SIGQUIT => "SIGQUIT",
        libc::SIGSEGV => "SIGSEGV",
        libc::SIGSYS => "SIGSYS",
        libc::SIGTERM => "SIGTERM",
        libc::SIGTRAP => "SIGTRAP",
        libc::SIGXCPU => "SIGXCPU",
        libc::SIGXFSZ => "SIGXFSZ",
        other => return format!("signal {other}"),
    };
    name.to_owned()
}
