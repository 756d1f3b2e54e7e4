//! Starts a program as another user, inside control groups, with no descriptors but those it is meant to have.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

/// What the new process gives up and keeps between fork and exec.
pub(crate) struct Launch {
    /// Files `cgroup.procs`, open for writing: it joins these groups first.
    pub groups: Vec<OwnedFd>,
    /// The only descriptors that it keeps beside the three standard ones.
    pub keep: Vec<OwnedFd>,
    /// What it needs of places that the user may not pass through, bound where it may, for its eyes only.
    pub stage: Stage,
    /// The user and group that it becomes, for good.
    pub uid: u32,
}

/// A folder of the machine that is there for nothing else; what is bound below it shows in the new process alone.
pub(crate) struct Stage {
    pub folder: CString,
    pub bound: Vec<Bound>,
}

/// One bind mount on the stage.
pub(crate) struct Bound {
    pub from: CString,
    pub to: CString,
    pub is_folder: bool,
}

/// Starts `command`. Descriptors of `launch` are closed here once it runs, and the process dies with the calling thread.
///
/// # Errors
/// What the system says of the first step that failed.
pub(crate) fn spawn(mut command: Command, launch: Launch) -> io::Result<Child> {
    let parent = std::process::id();
    let groups: Vec<RawFd> = launch.groups.iter().map(AsRawFd::as_raw_fd).collect();
    let keep: Vec<RawFd> = launch.keep.iter().map(AsRawFd::as_raw_fd).collect();
    let Launch { groups: _groups, keep: _keep, stage, uid } = launch;
    let contained = move || {
        join(&groups)?;
        set(&stage)?;
        close_all_but(&keep)?;
        become_user(uid, parent)
    };
    // SAFETY: the closure only makes system calls on numbers and on memory that was allocated before the fork.
    unsafe { command.pre_exec(contained) };
    command.spawn()
}

// All below runs in the child, where nothing may be allocated and no lock taken.

fn join(groups: &[RawFd]) -> io::Result<()> {
    for group in groups {
        // SAFETY: one byte is read from a constant; the descriptor was open at the fork.
        checked(unsafe { libc::write(*group, c"0".as_ptr().cast(), 1) } as i32)?;
    }
    Ok(())
}

fn set(stage: &Stage) -> io::Result<()> {
    // SAFETY: numbers only; the child has one thread.
    checked(unsafe { libc::unshare(libc::CLONE_NEWNS) })?;
    // SAFETY: a number only. Folders of the stage are for the new user to pass through.
    unsafe { libc::umask(0o022) };
    // Mounts of the machine are still followed, none goes back.
    mount(c"none", c"/", None, libc::MS_REC | libc::MS_SLAVE)?;
    mount(c"kymo", &stage.folder, Some(c"tmpfs"), libc::MS_NOSUID | libc::MS_NODEV)?;
    for Bound { from, to, is_folder } in &stage.bound {
        if *is_folder {
            // SAFETY: a path that ends in zero.
            checked(unsafe { libc::mkdir(to.as_ptr(), 0o755) })?;
        } else {
            // SAFETY: a path that ends in zero.
            checked(unsafe { libc::mknod(to.as_ptr(), libc::S_IFREG | 0o644, 0) })?;
        }
        mount(from, to, None, libc::MS_BIND | libc::MS_REC)?;
    }
    Ok(())
}

fn mount(from: &CStr, to: &CStr, kind: Option<&CStr>, flags: libc::c_ulong) -> io::Result<()> {
    let kind = kind.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: texts that end in zero, or null where the call allows it.
    checked(unsafe { libc::mount(from.as_ptr(), to.as_ptr(), kind, flags, std::ptr::null()) })
}

fn close_all_but(keep: &[RawFd]) -> io::Result<()> {
    // SAFETY: only marks descriptors, for which there is no memory to spoil.
    checked(unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, libc::CLOSE_RANGE_CLOEXEC) } as i32)?;
    for fd in keep {
        // SAFETY: only changes the mark of a descriptor that was open at the fork.
        checked(unsafe { libc::fcntl(*fd, libc::F_SETFD, 0) })?;
    }
    Ok(())
}

fn become_user(uid: u32, parent: u32) -> io::Result<()> {
    let no_core = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: the structure is read, and lives on this stack. A core file would be written by the host.
    checked(unsafe { libc::setrlimit(libc::RLIMIT_CORE, &no_core) })?;
    // SAFETY: a null list of no groups; then numbers only. Groups go before the user, who could not drop them.
    checked(unsafe { libc::setgroups(0, std::ptr::null()) })?;
    // SAFETY: numbers only.
    checked(unsafe { libc::setresgid(uid, uid, uid) })?;
    // SAFETY: numbers only.
    checked(unsafe { libc::setresuid(uid, uid, uid) })?;
    // SAFETY: numbers only. Comes last, since a change of user takes the signal back.
    checked(unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) })?;
    // SAFETY: takes and changes nothing. A parent that is gone already sends no signal any more.
    if unsafe { libc::getppid() }.unsigned_abs() != parent {
        return Err(io::Error::from_raw_os_error(libc::ESRCH));
    }
    Ok(())
}

fn checked(result: i32) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}
