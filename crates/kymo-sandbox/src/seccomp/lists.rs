//! Which calls a sandbox does without. Changing a list changes the profile's digest, and so starts new series.

use libc::c_long;

/// Calls since Linux 5.1 have one number on every processor.
mod everywhere {
    pub const IO_URING_SETUP: i64 = 425;
    pub const IO_URING_ENTER: i64 = 426;
    pub const IO_URING_REGISTER: i64 = 427;
    pub const OPEN_TREE: i64 = 428;
    pub const MOVE_MOUNT: i64 = 429;
    pub const FSOPEN: i64 = 430;
    pub const FSCONFIG: i64 = 431;
    pub const FSMOUNT: i64 = 432;
    pub const FSPICK: i64 = 433;
    pub const CLONE3: i64 = 435;
    pub const PIDFD_GETFD: i64 = 438;
    pub const MOUNT_SETATTR: i64 = 442;
    pub const QUOTACTL_FD: i64 = 443;
    pub const MEMFD_SECRET: i64 = 447;
    pub const OPEN_TREE_ATTR: i64 = 467;
}

/// Answered EPERM.
pub(super) const REFUSED: &[c_long] = &[
    // Namespaces and mounts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    everywhere::FSOPEN,
    everywhere::FSCONFIG,
    everywhere::FSMOUNT,
    everywhere::FSPICK,
    everywhere::MOVE_MOUNT,
    everywhere::OPEN_TREE,
    everywhere::OPEN_TREE_ATTR,
    everywhere::MOUNT_SETATTR,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_kcmp,
    everywhere::PIDFD_GETFD,
    // The kernel's keys know no namespaces.
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // Large or risky parts of the kernel that nothing measured needs. Counters are opened outside and inherited.
    libc::SYS_bpf,
    libc::SYS_userfaultfd,
    libc::SYS_perf_event_open,
    libc::SYS_fanotify_init,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    // The machine as a whole; without capabilities these fail anyway.
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    everywhere::QUOTACTL_FD,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
];

/// Answered EPERM where they exist.
#[cfg(target_arch = "x86_64")]
pub(super) const REFUSED_X86_64: &[c_long] = &[libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt];

/// Answered "no such call", so that libraries fall back: clone3 has its flags behind a pointer, where no filter sees
/// them.
pub(super) const MISSING: &[c_long] = &[
    everywhere::CLONE3,
    everywhere::IO_URING_SETUP,
    everywhere::IO_URING_ENTER,
    everywhere::IO_URING_REGISTER,
    everywhere::MEMFD_SECRET,
];

/// What `clone` is refused with: CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET.
pub(super) const NAMESPACE_FLAGS: &[u64] =
    &[0x0002_0000, 0x0200_0000, 0x0400_0000, 0x0800_0000, 0x1000_0000, 0x2000_0000, 0x4000_0000];

/// Requests that type into a terminal: TIOCSTI, TIOCLINUX.
pub(super) const TERMINAL_REQUESTS: &[u64] = &[0x5412, 0x541C];

/// The only families of sockets: AF_UNIX, AF_INET, AF_INET6. AF_VSOCK, for one, knows no network namespaces and leads
/// to the hypervisor.
pub(super) const SOCKET_FAMILIES: &[u64] = &[1, 2, 10];
