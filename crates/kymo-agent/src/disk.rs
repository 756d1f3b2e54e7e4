//! The disk: how much is free, and what is taken away so that it stays so. Never a job in hand, never results unsent.

use crate::settings::Disk;
use kymo_model::Bytes;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Space of a file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    /// Bytes that may still be written.
    pub(crate) free: Bytes,
    /// Bytes in all.
    pub(crate) size: Bytes,
}

impl Default for Space {
    fn default() -> Self {
        Self { free: Bytes::new(0), size: Bytes::new(0) }
    }
}

impl Space {
    /// That of the file system that holds a path.
    pub(crate) fn at(path: &Path) -> Option<Self> {
        let stat = rustix::fs::statvfs(path).ok()?;
        let bytes = |blocks: u64| Bytes::new(blocks.saturating_mul(stat.f_frsize));
        Some(Self { free: bytes(stat.f_bavail), size: bytes(stat.f_blocks) })
    }
}

/// Something that may go: a job that is over, an environment that no job in hand uses.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Old {
    path: PathBuf,
    used: SystemTime,
    bytes: u64,
}

/// What was taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Cleaned {
    /// How many things.
    pub(crate) count: usize,
    /// Bytes that they took.
    pub(crate) bytes: u64,
}

/// Takes away what is older than it may be, then the oldest until what is left is small enough and enough is free.
/// `in_use` are environments of jobs in hand.
pub(crate) fn clean(folder: &Path, settings: &Disk, in_use: &[PathBuf], now: SystemTime) -> Cleaned {
    let mut old: Vec<Old> = ["ended", "environments/trees"]
        .iter()
        .flat_map(|name| std::fs::read_dir(folder.join(name)).into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .filter(|path| !in_use.iter().any(|used| used.starts_with(path)))
        .filter_map(|path| {
            Some(Old { used: std::fs::symlink_metadata(&path).ok()?.modified().ok()?, bytes: size(&path), path })
        })
        .collect();
    old.sort_by_key(|one| one.used);
    let oldest = now.checked_sub(Duration::from_secs(u64::from(settings.keep_days) * 86_400));
    let mut left: u64 = old.iter().map(|one| one.bytes).sum();
    let mut cleaned = Cleaned::default();
    for one in old {
        let too_old = oldest.is_some_and(|oldest| one.used < oldest);
        let too_much = left > settings.keep.get();
        let too_full = Space::at(folder).is_some_and(|space| space.free < settings.low);
        if !(too_old || too_much || too_full) {
            break;
        }
        if remove(&one.path).is_ok() {
            cleaned.count += 1;
            cleaned.bytes += one.bytes;
        }
        left = left.saturating_sub(one.bytes);
    }
    cleaned
}

fn remove(path: &Path) -> std::io::Result<()> {
    if path.symlink_metadata()?.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
}

/// Bytes on disk of a file or of all below a folder; links are not followed.
fn size(path: &Path) -> u64 {
    use std::os::unix::fs::MetadataExt;
    const BLOCK_BYTES: u64 = 512;
    let Ok(about) = path.symlink_metadata() else { return 0 };
    let own = about.blocks() * BLOCK_BYTES;
    if !about.is_dir() {
        return own;
    }
    own + std::fs::read_dir(path).into_iter().flatten().flatten().map(|entry| size(&entry.path())).sum::<u64>()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    /// A folder with three ended jobs of 64 KiB, one day apart, and an environment as old as the oldest.
    fn folder(now: SystemTime) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, days) in [("ended/1", 3), ("ended/2", 2), ("ended/3", 1), ("environments/trees/e", 3), ("jobs/4", 9)]
        {
            let path = folder.path().join(name);
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("file"), vec![1; 64 << 10]).unwrap();
            let time = now - Duration::from_secs(days * 86_400 + 60);
            std::fs::File::open(&path).unwrap().set_modified(time).unwrap();
        }
        folder
    }

    fn left(folder: &Path) -> Vec<String> {
        let names = ["ended/1", "ended/2", "ended/3", "environments/trees/e", "jobs/4"];
        names.into_iter().filter(|name| folder.join(name).exists()).map(str::to_owned).collect()
    }

    fn settings(keep_days: u32, keep: u64) -> Disk {
        Disk { keep_days, keep: Bytes::new(keep), low: Bytes::new(0) }
    }

    #[test]
    fn what_is_old_goes_and_what_is_used_stays() {
        let now = SystemTime::now();
        let folder = folder(now);
        let used = [folder.path().join("environments/trees/e/root")];
        let cleaned = clean(folder.path(), &settings(2, u64::MAX), &used, now);
        assert_eq!(left(folder.path()), ["ended/3", "environments/trees/e", "jobs/4"]);
        assert_eq!(cleaned.count, 2);
        assert!(cleaned.bytes >= 128 << 10);
    }

    #[test]
    fn the_oldest_go_until_the_rest_is_small_enough() {
        let now = SystemTime::now();
        let folder = folder(now);
        clean(folder.path(), &settings(90, 100 << 10), &[], now);
        assert_eq!(left(folder.path()), ["ended/3", "jobs/4"], "never a job in hand");
    }

    #[test]
    fn a_full_disk_takes_all_that_may_go() {
        let now = SystemTime::now();
        let folder = folder(now);
        clean(folder.path(), &Disk { low: Bytes::new(u64::MAX), ..settings(90, u64::MAX) }, &[], now);
        assert_eq!(left(folder.path()), ["jobs/4"]);
    }
}
