//! One sandbox's group: made, joined, read, killed and removed.

use super::layout::{Controller, Layout, Place, RUNNERS_LEAF, Version};
use super::leftovers::new_name;
use crate::spec::SandboxError;
use rustix::process::{Pid, Signal, kill_process};
use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long processes may take to be gone once they are killed.
const GONE_WITHIN: Duration = Duration::from_secs(20);

/// What a group is to bound.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    pub memory_bytes: u64,
    pub processes: u32,
    pub processors: Option<f64>,
    pub cpus: Option<Vec<u32>>,
    /// The disk as major and minor number, and bytes a second to it.
    pub disk_rate: Option<((u32, u32), u64)>,
}

/// What a group counted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counted {
    pub peak_memory_bytes: u64,
    pub cpu_s: f64,
    pub oom_kills: u64,
    pub processes_refused: u64,
}

/// A group of its own below the caller's, in every tree. Removed when dropped, with all that is in it.
pub(crate) struct Group {
    folders: Vec<PathBuf>,
    memory: Place,
    pids: Place,
    usage: Option<Place>,
}

impl Group {
    /// Makes a group that bounds what is wanted.
    ///
    /// # Errors
    /// Unsupported where a controller is missing that a wanted limit needs.
    pub(crate) fn create(layout: &Layout, wanted: &Wanted) -> Result<Self, SandboxError> {
        let name = new_name();
        let parents = layout.folders();
        let needed = |controller: Controller| {
            let place = layout.place(controller).ok_or_else(|| missing(controller))?;
            if place.version == Version::Two {
                delegate(&place.folder, controller)?;
            }
            Ok(Place { version: place.version, folder: place.folder.join(&name) })
        };
        let memory = needed(Controller::Memory)?;
        let pids = needed(Controller::Pids)?;
        let cpu = wanted.processors.map(|share| needed(Controller::Cpu).map(|place| (place, share))).transpose()?;
        let cpuset =
            wanted.cpus.as_ref().map(|cpus| needed(Controller::Cpuset).map(|place| (place, cpus))).transpose()?;
        let io = wanted.disk_rate.map(|rate| needed(Controller::Io).map(|place| (place, rate))).transpose()?;
        let usage = needed(Controller::CpuUsage).ok();
        let group = Self { folders: parents.iter().map(|parent| parent.join(&name)).collect(), memory, pids, usage };
        for folder in &group.folders {
            fs::create_dir(folder).map_err(|error| setup("make the control group", folder, &error))?;
        }
        // In version 1 nothing joins a set of processors that has none, so all get their parent's.
        if let Some(parent) = layout.place(Controller::Cpuset).filter(|place| place.version == Version::One) {
            let own = parent.folder.join(&name);
            copy(&parent.folder, &own, "cpuset.cpus")?;
            copy(&parent.folder, &own, "cpuset.mems")?;
        }
        bound_memory(&group.memory, wanted.memory_bytes)?;
        write(&group.pids.folder, "pids.max", &wanted.processes.to_string())?;
        if let Some((place, share)) = cpu {
            bound_cpu(&place, share)?;
        }
        if let Some((place, cpus)) = cpuset {
            let list: Vec<String> = cpus.iter().map(u32::to_string).collect();
            write(&place.folder, "cpuset.cpus", &list.join(","))?;
        }
        if let Some((place, ((major, minor), rate))) = io {
            match place.version {
                Version::One => {
                    write(&place.folder, "blkio.throttle.write_bps_device", &format!("{major}:{minor} {rate}"))?;
                }
                Version::Two => write(&place.folder, "io.max", &format!("{major}:{minor} wbps={rate}"))?,
            }
        }
        Ok(group)
    }

    /// Files that a process writes `0` to in order to join.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn doors(&self) -> Result<Vec<File>, SandboxError> {
        let open = |folder: &PathBuf| {
            let path = folder.join("cgroup.procs");
            OpenOptions::new().write(true).open(&path).map_err(|error| setup("join the control group", &path, &error))
        };
        self.folders.iter().map(open).collect()
    }

    /// Takes a running process in; those that it starts from now on are in it, too.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn take_in(&self, pid: u32) -> Result<(), SandboxError> {
        self.folders.iter().try_for_each(|folder| write(folder, "cgroup.procs", &pid.to_string()))
    }

    /// What it counted so far.
    pub(crate) fn counted(&self) -> Counted {
        let (peak, oom_file) = match self.memory.version {
            Version::One => ("memory.max_usage_in_bytes", "memory.oom_control"),
            Version::Two => ("memory.peak", "memory.events"),
        };
        let usage = self.usage.as_ref().map(|place| match place.version {
            Version::One => number(&place.folder, "cpuacct.usage") as f64 / 1e9,
            Version::Two => field(&place.folder, "cpu.stat", "usage_usec") as f64 / 1e6,
        });
        Counted {
            peak_memory_bytes: number(&self.memory.folder, peak),
            cpu_s: usage.unwrap_or_default(),
            oom_kills: field(&self.memory.folder, oom_file, "oom_kill"),
            processes_refused: field(&self.pids.folder, "pids.events", "max"),
        }
    }

    /// Kills all processes and waits until they are gone.
    ///
    /// # Errors
    /// When some would not go.
    pub(crate) fn kill_all(&self) -> Result<(), SandboxError> {
        kill_all(&self.folders)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What stays is swept by name when the next runner starts.
        let _ = self.kill_all();
        for folder in &self.folders {
            let _ = remove_tree(folder);
        }
    }
}

fn missing(controller: Controller) -> SandboxError {
    let (what, name) = match controller {
        Controller::Memory => ("memory", "memory"),
        Controller::Pids => ("processes", "pids"),
        Controller::Cpu => ("processor time", "cpu"),
        Controller::Cpuset => ("which processors are used", "cpuset"),
        Controller::Io => ("the rate to disk", "io (blkio)"),
        Controller::CpuUsage | Controller::Freezer => ("processes", "cpuacct"),
    };
    SandboxError::Unsupported(format!("{what} cannot be limited: this machine's control groups have no {name}"))
}

/// Lets groups below `folder` use the controller, in version 2. Processes live in leaves there, so the caller moves
/// into one of its own first.
fn delegate(folder: &Path, controller: Controller) -> Result<(), SandboxError> {
    let Some(name) = controller.name_two() else { return Ok(()) };
    let control = folder.join("cgroup.subtree_control");
    let enabled = fs::read_to_string(&control).unwrap_or_default();
    if enabled.split_whitespace().any(|one| one == name) {
        return Ok(());
    }
    if fs::write(&control, format!("+{name}")).is_ok() {
        return Ok(());
    }
    let leaf = folder.join(RUNNERS_LEAF);
    let moved = fs::create_dir(&leaf)
        .or_else(|error| if error.kind() == io::ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })
        .and_then(|()| fs::write(leaf.join("cgroup.procs"), "0"))
        .and_then(|()| fs::write(&control, format!("+{name}")));
    moved.map_err(|error| {
        SandboxError::Unsupported(format!(
            "the controller {name} cannot be had in {}: {error}; run the agent as a systemd service with Delegate=yes",
            folder.display()
        ))
    })
}

fn bound_memory(place: &Place, bytes: u64) -> Result<(), SandboxError> {
    let folder = &place.folder;
    match place.version {
        Version::One => {
            write(folder, "memory.limit_in_bytes", &bytes.to_string())?;
            // Memory and swap together; the file is missing where the kernel does not count swap.
            if folder.join("memory.memsw.limit_in_bytes").exists() {
                return write(folder, "memory.memsw.limit_in_bytes", &bytes.to_string());
            }
            write(folder, "memory.swappiness", "0")
        }
        Version::Two => {
            write(folder, "memory.max", &bytes.to_string())?;
            write(folder, "memory.oom.group", "1")?;
            if folder.join("memory.swap.max").exists() {
                return write(folder, "memory.swap.max", "0");
            }
            Ok(())
        }
    }
}

fn bound_cpu(place: &Place, processors: f64) -> Result<(), SandboxError> {
    const PERIOD_US: u32 = 100_000;
    const QUOTA_MIN_US: f64 = 1000.0;
    let quota = (processors * f64::from(PERIOD_US)).max(QUOTA_MIN_US) as u64;
    match place.version {
        Version::One => {
            write(&place.folder, "cpu.cfs_period_us", &PERIOD_US.to_string())?;
            write(&place.folder, "cpu.cfs_quota_us", &quota.to_string())
        }
        Version::Two => write(&place.folder, "cpu.max", &format!("{quota} {PERIOD_US}")),
    }
}

fn copy(from: &Path, to: &Path, file: &str) -> Result<(), SandboxError> {
    let text = fs::read_to_string(from.join(file)).map_err(|error| setup("read", &from.join(file), &error))?;
    write(to, file, text.trim())
}

fn write(folder: &Path, file: &str, text: &str) -> Result<(), SandboxError> {
    let path = folder.join(file);
    fs::write(&path, text).map_err(|error| setup(&format!("write '{text}' to"), &path, &error))
}

fn setup(what: &str, path: &Path, error: &io::Error) -> SandboxError {
    SandboxError::Setup(format!("cannot {what} {}: {error}", path.display()))
}

fn number(folder: &Path, file: &str) -> u64 {
    fs::read_to_string(folder.join(file)).ok().and_then(|text| text.trim().parse().ok()).unwrap_or_default()
}

/// The number after `name` in a file of such lines.
fn field(folder: &Path, file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(folder.join(file)).unwrap_or_default();
    let found = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.trim().parse().ok());
    found.unwrap_or_default()
}

/// Kills all that is in any of the groups, and waits until nothing is.
pub(super) fn kill_all(folders: &[PathBuf]) -> Result<(), SandboxError> {
    let start = Instant::now();
    let mut pause = Duration::from_micros(200);
    loop {
        let busy: Vec<&PathBuf> = folders.iter().filter(|folder| !members(folder).is_empty()).collect();
        if busy.is_empty() {
            return Ok(());
        }
        if start.elapsed() > GONE_WITHIN {
            return Err(SandboxError::Setup(format!("processes in {} do not end", busy[0].display())));
        }
        for folder in busy {
            kill_once(folder);
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// As one, where the kernel can; else frozen, so that none is born meanwhile; else one by one, again and again.
fn kill_once(folder: &Path) {
    if fs::write(folder.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let freezer = folder.join("freezer.state");
    let frozen = freezer.exists() && fs::write(&freezer, "FROZEN").is_ok();
    for pid in members(folder).into_iter().filter_map(Pid::from_raw) {
        // One that is gone already is as good.
        let _ = kill_process(pid, Signal::KILL);
    }
    if frozen {
        let _ = fs::write(&freezer, "THAWED");
    }
}

/// The tops of all trees; where there is but one, its groups are among them, which does no harm.
fn tops() -> Vec<PathBuf> {
    let top = PathBuf::from("/sys/fs/cgroup");
    let below = fs::read_dir(&top).into_iter().flatten().flatten().map(|entry| entry.path());
    below.chain([top.clone()]).collect()
}

/// Names of groups at the top of any tree that begin so.
pub(crate) fn names_of_groups(prefix: &str) -> BTreeSet<String> {
    let entries = tops().into_iter().filter_map(|top| fs::read_dir(top).ok()).flat_map(|entries| entries.flatten());
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| name.starts_with(prefix)).collect()
}

/// Kills and removes groups of that name at the top of every tree, where builders put what they run.
pub(crate) fn end_groups_named(name: &str) {
    for folder in tops().into_iter().map(|top| top.join(name)).filter(|folder| folder.is_dir()) {
        let mut all = vec![folder.clone()];
        let mut at = 0;
        while at < all.len() {
            let below = fs::read_dir(&all[at]).into_iter().flatten().flatten().map(|entry| entry.path());
            all.extend(below.filter(|path| path.is_dir()).collect::<Vec<_>>());
            at += 1;
        }
        let _ = kill_all(&all);
        let _ = remove_tree(&folder);
    }
}

fn members(folder: &Path) -> Vec<i32> {
    let text = fs::read_to_string(folder.join("cgroup.procs")).unwrap_or_default();
    // 0 is a process of another namespace of processes, which is not ours to kill.
    text.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0).collect()
}

/// Removes a group and the groups in it. The kernel may need a moment after the last process.
pub(super) fn remove_tree(folder: &Path) -> io::Result<()> {
    let below = fs::read_dir(folder).map(|entries| entries.flatten().map(|entry| entry.path()).collect::<Vec<_>>());
    for child in below.unwrap_or_default().into_iter().filter(|path| path.is_dir()) {
        remove_tree(&child)?;
    }
    let start = Instant::now();
    loop {
        match fs::remove_dir(folder) {
            Err(error) if error.raw_os_error() == Some(libc::EBUSY) && start.elapsed() < GONE_WITHIN => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            other => return other,
        }
    }
}

#[cfg(test)]
#[path = "group_tests.rs"]
mod tests;
