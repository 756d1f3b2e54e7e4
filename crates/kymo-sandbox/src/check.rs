//! What of this machine a sandbox lacks.

use crate::cgroup::{Controller, Layout};
use crate::run::PROGRAMS;
use crate::spec::{How, Network, Root, Sandbox, SandboxError};
use kymo_model::watch::Limits;
use kymo_model::{Bytes, Seconds};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// The user of the trial; no files are made by it.
const TRIAL_UID: u32 = 65_533;

/// Something that is missing, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether no job can run without it; else some can not, which say so.
    pub is_needed: bool,
    /// What is missing, in a sentence of plain text.
    pub message: String,
    /// What to do.
    pub remedy: String,
}

/// Everything that this machine lacks; empty where every sandbox can be had. Runs one as a trial.
pub fn check() -> Vec<Finding> {
    let mut found = Vec::new();
    let mut lacks = |is_needed: bool, message: &str, remedy: &str| {
        found.push(Finding { is_needed, message: message.to_owned(), remedy: remedy.to_owned() });
    };
    if !rustix::process::geteuid().is_root() {
        lacks(true, "only root can give jobs users and disks of their own", "run the agent as root");
    }
    if !PROGRAMS.iter().any(|path| Path::new(path).exists()) {
        lacks(true, "bubblewrap is not installed", "apt-get install bubblewrap");
    }
    let layout = Layout::of_this_process();
    for (controller, is_needed, what, name) in [
        (Controller::Memory, true, "memory", "memory"),
        (Controller::Pids, true, "the number of processes", "pids"),
        (Controller::Cpu, false, "processor time", "cpu"),
        (Controller::Cpuset, false, "which processors are used", "cpuset"),
        (Controller::Io, false, "the rate to disk", "io or blkio"),
    ] {
        if layout.place(controller).is_none() {
            let message = format!("{what} cannot be limited: control groups lack {name}");
            lacks(is_needed, &message, "enable the controller; in a container, pass /sys/fs/cgroup through writable");
        }
    }
    if swap_is_uncounted(&layout) {
        let remedy = "swapoff -a, or boot with swapaccount=1";
        lacks(true, "there is swap, and control groups do not count it: memory limits could be passed", remedy);
    }
    if !Path::new("/dev/loop-control").exists() {
        lacks(true, "there are no loop devices, so disks cannot be limited", "modprobe loop");
    }
    for program in ["mkfs.ext4", "e2fsck", "mount", "umount"] {
        let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"];
        if !folders.iter().any(|folder| Path::new(folder).join(program).exists()) {
            lacks(true, &format!("{program} is not installed"), "apt-get install e2fsprogs mount");
        }
    }
    if !crate::environment::can_build() {
        lacks(false, "Dockerfiles cannot be built: there is no builder", "apt-get install buildah runc");
    }
    if found.iter().all(|one| !one.is_needed) {
        found.extend(trial());
    }
    found
}

fn swap_is_uncounted(layout: &Layout) -> bool {
    let has_swap = fs::read_to_string("/proc/swaps").is_ok_and(|text| text.lines().count() > 1);
    let files = ["memory.memsw.limit_in_bytes", "memory.swap.max"];
    has_swap
        && layout.place(Controller::Memory).is_some_and(|place| {
            // The group at the top of version 2 has no limits of its own, and then nobody can tell.
            place.folder.join("memory.limit_in_bytes").exists()
                && !files.iter().any(|file| place.folder.join(file).exists())
        })
}

/// One sandbox that does nothing: what else the machine forbids shows only so.
fn trial() -> Option<Finding> {
    let made = tempfile::Builder::new().prefix("kymo-check-").tempdir().and_then(|folder| {
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
        Ok(folder)
    });
    let made = made.map_err(|error| SandboxError::Setup(format!("a folder for a trial: {error}")));
    let run = made.and_then(|folder| {
        let limits = Limits { wall_time: Seconds::new(60.0), memory: Bytes::new(64 << 20), ..Limits::default() };
        let sandbox = Sandbox {
            root: Root::HostTools,
            mounts: Vec::new(),
            workspace: folder.path().to_owned(),
            command: vec!["/usr/bin/true".into()],
            variables: BTreeMap::new(),
            folder: "/work".into(),
            network: Network::None,
            limits,
            cpus: None,
            uid: TRIAL_UID,
        };
        sandbox.run(&mut |_, _| {}, &AtomicBool::new(false))
    });
    let message = match run {
        Ok(ended) if ended.how == How::Exited(0) => return None,
        Ok(ended) => format!("a trial that does nothing ended as {:?}", ended.how),
        Err(error) => format!("a trial failed: {error}"),
    };
    let remedy = "see the page on the security model for what the kernel must allow".to_owned();
    Some(Finding { is_needed: true, message, remedy })
}
