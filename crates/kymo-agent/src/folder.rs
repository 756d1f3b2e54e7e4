//! The folder of the agent's state, which outlives it.
//!
//! | in it | |
//! |---|---|
//! | `lock` | held while an agent runs: exactly one works in a folder |
//! | `jobs/N/` | job N: `job.json`, `kymo.toml`, `log.txt`, `given/` (seen inside as `/opt/job`), `results/`, `disk/` |
//! | `ended/N-WHY/` | a job that is over, without its workspace |
//! | `environments/` | root file systems, by digest |
//! | `programs/` | our own programs, as jobs see them |
//! | `calibration.json`, `calibration.db` | the last A/A run |
//! | `tuning.json` | what was set on the machine, and how it was before |

use crate::error::AgentError;
use crate::record::JobRecord;
use kymo_model::Bytes;
use kymo_model::watch::JobId;
use kymo_sandbox::Workspace;
use std::fs::{File, TryLockError};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The folder, locked.
pub(crate) struct Folder {
    path: PathBuf,
    /// Held as long as this lives.
    _lock: File,
}

/// The folder of a job in hand.
#[derive(Clone, Debug)]
pub(crate) struct JobFolder(PathBuf);

/// A job that was found when the agent started.
pub(crate) struct Found {
    /// Where it is.
    pub(crate) folder: JobFolder,
    /// What is kept of it.
    pub(crate) record: JobRecord,
}

impl Folder {
    /// Takes the folder, making it on first use.
    ///
    /// # Errors
    /// When it cannot be made, or another agent works in it.
    pub(crate) fn take(path: &Path) -> Result<Self, AgentError> {
        let wrong = |error: std::io::Error| AgentError::usage(format!("--folder {}: {error}", path.display()));
        for name in ["", "jobs", "ended", "environments", "programs"] {
            let folder = path.join(name);
            std::fs::create_dir_all(&folder).map_err(wrong)?;
            // Users of jobs find their own workspace below, whose name they are told; they can list nothing.
            std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o711)).map_err(wrong)?;
        }
        let path = path.canonicalize().map_err(wrong)?;
        let lock = File::options().create(true).truncate(false).write(true).open(path.join("lock")).map_err(wrong)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => {
                let message = format!("another agent works in {}; end it, or name another --folder", path.display());
                Err(AgentError::usage(message))
            }
            Err(TryLockError::Error(error)) => Err(wrong(error)),
        }
    }

    /// A path in it.
    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// The folder itself.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A folder for a job, empty but for what a try before left of its log.
    ///
    /// # Errors
    /// Those of the file system.
    pub(crate) fn begin(&self, job: JobId) -> std::io::Result<JobFolder> {
        let folder = JobFolder(self.path.join("jobs").join(job.to_string()));
        if folder.0.exists() {
            folder.remove();
        }
        for name in ["", "given", "results"] {
            let path = folder.0.join(name);
            std::fs::create_dir(&path)?;
            let mode = if name == "results" { 0o700 } else { 0o711 };
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode))?;
        }
        std::fs::set_permissions(folder.given(), PermissionsExt::from_mode(0o755))?;
        Ok(folder)
    }

    /// The jobs that are in hand, and what cannot be read of them.
    pub(crate) fn jobs(&self) -> (Vec<Found>, Vec<String>) {
        let (mut found, mut broken) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(self.path.join("jobs")).into_iter().flatten().flatten() {
            let folder = JobFolder(entry.path());
            match JobRecord::load(&folder.record()) {
                Ok(record) => found.push(Found { folder, record }),
                // A job whose record was never written was not begun.
                Err(_) if !folder.record().exists() => folder.remove(),
                Err(problem) => {
                    broken.push(problem);
                    self.set_aside(&folder, "unreadable");
                }
            }
        }
        found.sort_by_key(|one| one.record.order.job);
        (found, broken)
    }

    /// Takes a job that is over out of the way; its log and results stay for a while.
    pub(crate) fn set_aside(&self, folder: &JobFolder, why: &str) {
        folder.remove_disk();
        let name = folder.0.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let short: String = why.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        let to = self.path.join("ended").join(format!("{name}-{short}"));
        let _ = std::fs::remove_dir_all(&to);
        if std::fs::rename(&folder.0, &to).is_err() {
            folder.remove();
        }
    }
}

impl JobFolder {
    /// What is kept of the job.
    pub(crate) fn record(&self) -> PathBuf {
        self.0.join("job.json")
    }

    /// Its log.
    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log.txt")
    }

    /// The project's file, as the commit has it.
    pub(crate) fn project_file(&self) -> PathBuf {
        self.0.join("kymo.toml")
    }

    /// What the job is given to read.
    pub(crate) fn given(&self) -> PathBuf {
        self.0.join("given")
    }

    /// Where the disk of its workspace is.
    pub(crate) fn disk(&self) -> PathBuf {
        self.0.join("disk")
    }

    /// Takes the machine's space for the whole disk, so that the machine's being full never breaks it.
    ///
    /// # Errors
    /// When there is not so much.
    pub(crate) fn reserve(&self, bytes: Bytes) -> std::io::Result<()> {
        use rustix::fs::{FallocateFlags, fallocate};
        let image = File::options().write(true).open(self.disk().join("disk.img"))?;
        match fallocate(&image, FallocateFlags::KEEP_SIZE, 0, bytes.get()) {
            // Where a file system cannot promise space, what is free was looked at.
            Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => Ok(()),
            Err(errno) => Err(errno.into()),
        }
    }

    /// A result, by its SHA-256.
    pub(crate) fn result(&self, sha256: &str) -> PathBuf {
        self.0.join("results").join(sha256)
    }

    /// Writes the disk of its workspace out and unmounts it, where there is one.
    pub(crate) fn close_disk(&self) {
        let place = self.disk();
        if Workspace::is_at(&place) {
            // One that stays mounted is found so when the job goes on.
            let _ = Workspace::open(&place).and_then(|workspace| workspace.close());
        }
    }

    /// Removes the disk of its workspace, mounted or not.
    pub(crate) fn remove_disk(&self) {
        let place = self.disk();
        if Workspace::is_at(&place) && Workspace::open(&place).and_then(Workspace::remove).is_ok() {
            return;
        }
        let _ = std::fs::remove_dir_all(place);
    }

    /// Removes it.
    pub(crate) fn remove(&self) {
        self.remove_disk();
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn two_agents_never_work_in_one_folder() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("agent");
        let first = Folder::take(&path).unwrap();
        let second = Folder::take(&path).err().unwrap().to_string();
        assert!(second.starts_with("another agent works in ") && second.contains("--folder"), "{second}");
        drop(first);
        assert!(Folder::take(&path).is_ok());
    }

    #[test]
    fn a_job_without_a_record_was_not_begun_and_a_broken_one_is_set_aside() {
        let parent = tempfile::tempdir().unwrap();
        let folder = Folder::take(parent.path()).unwrap();
        folder.begin(JobId(1)).unwrap();
        let second = folder.begin(JobId(2)).unwrap();
        std::fs::write(second.record(), "{").unwrap();
        let (found, broken) = folder.jobs();
        assert_eq!((found.len(), broken.len()), (0, 1));
        assert!(broken[0].contains("job.json"), "{broken:?}");
        assert_eq!(std::fs::read_dir(folder.join("jobs")).unwrap().count(), 0);
        assert!(folder.join("ended/2-unreadable/job.json").exists(), "it is kept for whoever looks");
    }
}
