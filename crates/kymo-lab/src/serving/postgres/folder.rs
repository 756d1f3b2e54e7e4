//! The folder that a database has its files in, and what killed runs left of theirs.
//!
//! Whoever uses a folder holds a lock on a file in it, which the system lets go when the process ends, however it ends.
//! So a folder without a holder is a killed run's, whatever number its process had.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, chown};
use std::path::{Path, PathBuf};

/// What the names of these folders begin with.
const PREFIX: &str = "kymo-postgres-";

/// What they begin with until they are locked, so that nobody takes one for a killed run's.
const UNLOCKED_PREFIX: &str = "kymo-new-postgres-";

/// The file that is locked.
const LOCK: &str = "lock";

/// A folder of one's own, removed when dropped.
pub(super) struct Folder {
    path: PathBuf,
    /// Its lock, held as long as it is open.
    _lock: File,
}

impl Folder {
    /// Makes one in `parent`, for a server of this user and group (this process's own where there is none). `name` is
    /// one that no other run has.
    ///
    /// # Errors
    /// Those of the system.
    pub(super) fn make(parent: &Path, name: &str, owner: Option<(u32, u32)>) -> io::Result<Self> {
        let (aside, path) = (parent.join(format!("{UNLOCKED_PREFIX}{name}")), parent.join(format!("{PREFIX}{name}")));
        std::fs::DirBuilder::new().mode(0o700).create(&aside)?;
        let lock = File::create(aside.join(LOCK))?;
        lock.lock()?;
        if let Some((uid, gid)) = owner {
            chown(&aside, Some(uid), Some(gid))?;
        }
        std::fs::rename(&aside, &path)?;
        Ok(Self { path, _lock: lock })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next run.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

/// Removes the folders in `parent` of this user's that nobody uses any more. What cannot be removed stays: it is in
/// nobody's way.
pub(super) fn remove_abandoned(parent: &Path, owner_uid: u32) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && is_abandoned(&entry.path(), owner_uid) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether nobody holds its lock. In a folder for all, names prove nothing: what is somebody else's is left alone.
fn is_abandoned(folder: &Path, owner_uid: u32) -> bool {
    let is_ours = |path: &Path, file: bool| {
        std::fs::symlink_metadata(path)
            .is_ok_and(|found| if file { found.is_file() } else { found.is_dir() && found.uid() == owner_uid })
    };
    let lock = folder.join(LOCK);
    if !is_ours(folder, false) || !is_ours(&lock, true) {
        return false;
    }
    // An error of the system says nothing of who holds it.
    File::open(lock)
        .is_ok_and(|file| !matches!(file.try_lock(), Err(TryLockError::WouldBlock | TryLockError::Error(_))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(parent: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(parent).unwrap();
        let mut names: Vec<String> = entries.map(|one| one.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_nothing_else() {
        let parent = tempfile::tempdir().unwrap();
        let uid = std::fs::metadata(parent.path()).unwrap().uid();
        let used = Folder::make(parent.path(), "used", None).unwrap();
        std::fs::create_dir_all(used.path().join("data")).unwrap();
        // As a process leaves it that is killed: nothing removed, the lock let go.
        let killed = parent.path().join("kymo-postgres-killed");
        std::fs::create_dir_all(killed.join("data/base")).unwrap();
        std::fs::write(killed.join("lock"), "").unwrap();
        std::fs::write(killed.join("data/base/1"), "rows").unwrap();
        // Of somebody else's making: without a lock, with another name, a link.
        std::fs::create_dir(parent.path().join("kymo-postgres-notes")).unwrap();
        std::fs::create_dir(parent.path().join("kymo-other")).unwrap();
        std::fs::write(parent.path().join("kymo-other/lock"), "").unwrap();
        std::os::unix::fs::symlink("kymo-other", parent.path().join("kymo-postgres-link")).unwrap();

        remove_abandoned(parent.path(), uid.wrapping_add(1));
        assert!(killed.exists(), "another user's");
        remove_abandoned(parent.path(), uid);
        let left = ["kymo-other", "kymo-postgres-link", "kymo-postgres-notes", "kymo-postgres-used"];
        assert_eq!(names(parent.path()), left);
        drop(used);
        assert_eq!(names(parent.path()), left[..3]);
    }
}
