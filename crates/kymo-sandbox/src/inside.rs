//! A look from outside at the file systems of a sandbox: whether it is set up, and whether it filled them.

use crate::arguments::{IN_MEMORY, WORKSPACE_INSIDE};
use rustix::fs::{Mode, OFlags, StatVfs, fstat, fstatfs, fstatvfs, open, stat};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

const TMPFS_MAGIC: i64 = 0x0102_1994;

/// Blocks that are left of a disk that counts as full: a write of one page more fails.
const BLOCKS_LEFT: u64 = 16;

/// Folders of a sandbox that its command can write to, held open: they outlive its processes by a moment.
pub(crate) struct Inside {
    disks: Vec<OwnedFd>,
    was_full: bool,
}

impl Inside {
    /// Of the sandbox whose first process is `pid` of this machine; `None` while it is not set up yet.
    pub(crate) fn open(pid: i32, workspace: &Path) -> Option<Self> {
        let root = PathBuf::from(format!("/proc/{pid}/root"));
        let folder = |inside: &str| {
            let path = root.join(inside.trim_start_matches('/'));
            open(path, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty()).ok()
        };
        let work = folder(WORKSPACE_INSIDE)?;
        let (seen, meant) = (fstat(&work).ok()?, stat(workspace).ok()?);
        if (seen.st_dev, seen.st_ino) != (meant.st_dev, meant.st_ino) {
            return None;
        }
        let mut disks = vec![work];
        for path in IN_MEMORY {
            let disk = folder(path)?;
            #[allow(clippy::unnecessary_cast, reason = "the type differs between processors")]
            let magic = fstatfs(&disk).ok()?.f_type as i64;
            if magic != TMPFS_MAGIC {
                return None;
            }
            disks.push(disk);
        }
        Some(Self { disks, was_full: false })
    }

    #[cfg(test)]
    pub(crate) fn empty() -> Self {
        Self { disks: Vec::new(), was_full: false }
    }

    /// Whether any of its disks is full now, or was at an earlier call.
    pub(crate) fn is_full(&mut self) -> bool {
        self.was_full = self.was_full || self.disks.iter().filter_map(|disk| fstatvfs(disk).ok()).any(|one| full(&one));
        self.was_full
    }
}

fn full(disk: &StatVfs) -> bool {
    let few = BLOCKS_LEFT.min(disk.f_blocks / 64);
    // A file system without a fixed number of files says 0 of 0.
    (disk.f_blocks > 0 && disk.f_bavail <= few) || (disk.f_files > 0 && disk.f_ffree == 0)
}
