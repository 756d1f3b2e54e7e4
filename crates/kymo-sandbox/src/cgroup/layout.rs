//! Where this machine keeps which controller, and where in its trees this process is.

use std::fs;
use std::path::{Path, PathBuf};

/// The group that the runner itself moves into on a machine with version 2 only, where processes live in leaves.
pub(super) const RUNNERS_LEAF: &str = "kymo-runner";

/// What a group can bound or count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Controller {
    Memory,
    Pids,
    Cpu,
    CpuUsage,
    Cpuset,
    Io,
    Freezer,
}

impl Controller {
    pub(crate) const ALL: [Self; 7] =
        [Self::Memory, Self::Pids, Self::Cpu, Self::CpuUsage, Self::Cpuset, Self::Io, Self::Freezer];

    /// Its name in version 1.
    const fn name_one(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Pids => "pids",
            Self::Cpu => "cpu",
            Self::CpuUsage => "cpuacct",
            Self::Cpuset => "cpuset",
            Self::Io => "blkio",
            Self::Freezer => "freezer",
        }
    }

    /// Its name in version 2; `None` for what every group there can do.
    pub(super) const fn name_two(self) -> Option<&'static str> {
        match self {
            Self::Memory => Some("memory"),
            Self::Pids => Some("pids"),
            Self::Cpu => Some("cpu"),
            Self::Cpuset => Some("cpuset"),
            Self::Io => Some("io"),
            Self::CpuUsage | Self::Freezer => None,
        }
    }
}

/// The two interfaces of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

/// A group: its folder in the tree of one or more controllers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub version: Version,
    pub folder: PathBuf,
}

/// The caller's own groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    /// By controller, in the order of [`Controller::ALL`].
    places: [Option<Place>; 7],
    /// The caller's group in the tree of version 2, which kills as one even where it has no controllers.
    pub unified: Option<PathBuf>,
}

impl Layout {
    /// That of the calling process.
    pub(crate) fn of_this_process() -> Self {
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        Self::read(&read("/proc/self/cgroup"), &read("/proc/self/mountinfo"), |folder| {
            fs::read_to_string(folder.join("cgroup.controllers")).unwrap_or_default()
        })
    }

    /// From the texts of `/proc/self/cgroup` and `/proc/self/mountinfo`, and what tells a folder's controllers in
    /// version 2.
    pub(super) fn read(cgroup: &str, mountinfo: &str, controllers: impl Fn(&Path) -> String) -> Self {
        let mounts: Vec<Mounted> = mountinfo.lines().filter_map(Mounted::parse).collect();
        let own: Vec<(&str, &str)> = cgroup
            .lines()
            .filter_map(|line| {
                let mut parts = line.splitn(3, ':').skip(1);
                Some((parts.next()?, parts.next()?))
            })
            .collect();
        let mut layout = Self::default();
        if let Some((_, path)) = own.iter().find(|(names, _)| names.is_empty()) {
            let mount = mounts.iter().find(|mount| mount.version == Version::Two);
            layout.unified = mount.and_then(|mount| mount.folder_of(path)).map(above_the_leaf);
        }
        let unified = layout.unified.clone().map(|folder| {
            let names = controllers(&folder);
            (folder, names.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        });
        for (at, controller) in Controller::ALL.into_iter().enumerate() {
            let in_one = own.iter().find(|(names, _)| names.split(',').any(|name| name == controller.name_one()));
            let mount = mounts.iter().find(|mount| mount.version == Version::One && mount.has(controller.name_one()));
            if let (Some((_, path)), Some(mount)) = (in_one, mount) {
                layout.places[at] = mount.folder_of(path).map(|folder| Place { version: Version::One, folder });
            } else if let Some((folder, names)) = &unified {
                let is_there = controller.name_two().is_none_or(|name| names.iter().any(|one| one == name));
                layout.places[at] = is_there.then(|| Place { version: Version::Two, folder: folder.clone() });
            }
        }
        layout
    }

    /// The caller's group in the tree of that controller.
    pub(crate) fn place(&self, controller: Controller) -> Option<&Place> {
        let at = Controller::ALL.iter().position(|one| *one == controller)?;
        self.places[at].as_ref()
    }

    /// Every folder in which a group must be made, once each.
    pub(crate) fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> = self.places.iter().flatten().map(|place| place.folder.clone()).collect();
        folders.extend(self.unified.clone());
        folders.sort();
        folders.dedup();
        folders
    }
}

fn above_the_leaf(folder: PathBuf) -> PathBuf {
    match (folder.file_name(), folder.parent()) {
        (Some(name), Some(parent)) if name == RUNNERS_LEAF => parent.to_owned(),
        _ => folder,
    }
}

/// A line of mountinfo that is a tree of groups.
struct Mounted {
    version: Version,
    /// The group that is seen at the mount point.
    root: String,
    point: PathBuf,
    options: String,
}

impl Mounted {
    fn parse(line: &str) -> Option<Self> {
        let (left, right) = line.split_once(" - ")?;
        let mut left = left.split(' ').skip(3);
        let (root, point) = (left.next()?, left.next()?);
        let mut right = right.split(' ');
        let version = match right.next()? {
            "cgroup" => Version::One,
            "cgroup2" => Version::Two,
            _ => return None,
        };
        let options = right.nth(1).unwrap_or_default().to_owned();
        Some(Self { version, root: root.to_owned(), point: PathBuf::from(point), options })
    }

    fn has(&self, controller: &str) -> bool {
        self.options.split(',').any(|option| option == controller)
    }

    /// The folder of the group `path`; `None` where the mount does not show it.
    fn folder_of(&self, path: &str) -> Option<PathBuf> {
        let below = Path::new(path).strip_prefix(&self.root).ok()?;
        Some(if below.as_os_str().is_empty() { self.point.clone() } else { self.point.join(below) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(layout: &Layout, controller: Controller) -> Option<(Version, &str)> {
        layout.place(controller).map(|place| (place.version, place.folder.to_str().unwrap()))
    }

    #[test]
    fn version_two_alone() {
        let mounts = "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n";
        let layout = Layout::read("0::/system.slice/agent.service\n", mounts, |_| "cpuset cpu io memory pids".into());
        let own = "/sys/fs/cgroup/system.slice/agent.service";
        for controller in Controller::ALL {
            assert_eq!(folder(&layout, controller), Some((Version::Two, own)), "{controller:?}");
        }
        assert_eq!(layout.folders(), [PathBuf::from(own)]);
        let moved = Layout::read("0::/system.slice/agent.service/kymo-runner\n", mounts, |folder| {
            assert_eq!(folder, Path::new(own), "asked above the leaf");
            "cpuset cpu io memory pids".into()
        });
        assert_eq!(moved, layout);
        let poor = Layout::read("0::/user.slice\n", mounts, |_| "memory pids".into());
        assert_eq!(folder(&poor, Controller::Io), None);
        assert!(folder(&poor, Controller::Freezer).is_some(), "every group of version 2 freezes");
    }

    #[test]
    fn both_versions_at_once() {
        let mounts = "31 30 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
            32 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n\
            33 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";
        let layout = Layout::read("4:memory:/a/b\n2:cpu,cpuacct:/\n0::/\n", mounts, |_| "hugetlb\n".into());
        assert_eq!(folder(&layout, Controller::Memory), Some((Version::One, "/sys/fs/cgroup/memory/a/b")));
        assert_eq!(folder(&layout, Controller::CpuUsage), Some((Version::One, "/sys/fs/cgroup/cpu,cpuacct")));
        assert_eq!(folder(&layout, Controller::Freezer), Some((Version::Two, "/sys/fs/cgroup/unified")));
        assert_eq!(folder(&layout, Controller::Pids), None);
        assert_eq!(layout.folders().len(), 3);
    }

    #[test]
    fn a_container_sees_its_own_part_of_the_tree() {
        let mounts = "31 30 0:27 /docker/abc /sys/fs/cgroup/pids ro - cgroup cgroup rw,pids\n";
        let inside = Layout::read("4:pids:/docker/abc/job\n", mounts, |_| String::new());
        assert_eq!(folder(&inside, Controller::Pids), Some((Version::One, "/sys/fs/cgroup/pids/job")));
        let elsewhere = Layout::read("4:pids:/other\n", mounts, |_| String::new());
        assert_eq!(folder(&elsewhere, Controller::Pids), None);
    }

    #[test]
    fn no_groups_at_all() {
        assert_eq!(Layout::read("", "", |_| String::new()), Layout::default());
    }
}
