//! Files that a job left, taken out of its folder by somebody who trusts none of them: no link is followed, nothing but
//! plain files is opened, nothing larger than was agreed is read.

use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, mkdirat, openat2, statat};
use rustix::io::Errno;
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

/// Folders in folders at most.
const DEPTH_MAX: usize = 32;

/// Entries of any kind that are looked at for each file that may be found.
const ENTRIES_PER_FILE: usize = 16;

/// A folder out of which no path leads.
#[derive(Debug)]
pub struct Beneath {
    folder: OwnedFd,
    name: PathBuf,
}

/// A plain file that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Path from the folder that was listed from.
    pub path: PathBuf,
    /// Size when it was looked at, in bytes.
    pub bytes: u64,
}

/// Why a file of a job is not taken. Paths are as hostile as the job: they are shown with everything odd in them escaped.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// There is nothing of that name.
    #[error("{0:?} is not there")]
    NotThere(PathBuf),
    /// It is a link, a folder, a pipe, a device, a socket, or has a second name.
    #[error("{path:?} is {what}: only plain files are taken")]
    NotPlain {
        /// From the job's folder.
        path: PathBuf,
        /// What it is instead, with its article.
        what: &'static str,
    },
    /// It leads out of the job's folder.
    #[error("{0:?} leads out of its folder")]
    LeadsOut(PathBuf),
    /// It is larger than agreed.
    #[error("{path:?} is larger than {max_bytes} bytes")]
    TooLarge {
        /// From the job's folder.
        path: PathBuf,
        /// What was agreed.
        max_bytes: u64,
    },
    /// There are more than agreed.
    #[error("{folder:?} has more than {max_files} files, or too much beside them")]
    TooMany {
        /// From the job's folder.
        folder: PathBuf,
        /// What was agreed.
        max_files: usize,
    },
    /// The system refused.
    #[error("{path:?}: {error}")]
    System {
        /// From the job's folder.
        path: PathBuf,
        /// What it said.
        error: std::io::Error,
    },
}

impl Beneath {
    /// The folder at `folder`, by a path that is trusted.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(folder: &Path) -> Result<Self, TakeError> {
        let opened = rustix::fs::open(folder, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|errno| TakeError::System { path: folder.to_owned(), error: errno.into() })?;
        Ok(Self { folder: opened, name: folder.to_owned() })
    }

    /// A plain file of at most `max_bytes`, opened to be read.
    ///
    /// # Errors
    /// What it is instead.
    pub fn file(&self, path: &Path, max_bytes: u64) -> Result<File, TakeError> {
        // Without NONBLOCK a pipe would wait for a writer.
        let opened = self.at(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        let facts = fstat(&opened).map_err(|errno| system(path, errno))?;
        if let Some(what) = not_plain(FileType::from_raw_mode(facts.st_mode), names(&facts)) {
            return Err(TakeError::NotPlain { path: path.to_owned(), what });
        }
        if u64::try_from(facts.st_size).unwrap_or(u64::MAX) > max_bytes {
            return Err(TakeError::TooLarge { path: path.to_owned(), max_bytes });
        }
        Ok(File::from(opened))
    }

    /// The bytes of a plain file; more than `max_bytes` are an error even where it grows meanwhile.
    ///
    /// # Errors
    /// What it is instead.
    pub fn read(&self, path: &Path, max_bytes: u64) -> Result<Vec<u8>, TakeError> {
        let file = self.file(path, max_bytes)?;
        let mut bytes = Vec::new();
        let read = file.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| TakeError::System { path: path.to_owned(), error })?;
        if bytes.len() as u64 > max_bytes {
            return Err(TakeError::TooLarge { path: path.to_owned(), max_bytes });
        }
        Ok(bytes)
    }

    /// All plain files in a folder and those below it, sorted by path. What is not plain is left out.
    ///
    /// # Errors
    /// When there are more than `max_files`.
    pub fn list(&self, folder: &Path, max_files: usize) -> Result<Vec<Found>, TakeError> {
        let mut found = Vec::new();
        let mut waiting = vec![(folder.to_owned(), 0)];
        let mut looked_at = 0;
        while let Some((at, depth)) = waiting.pop() {
            let opened = self.at(&at, OFlags::DIRECTORY | OFlags::RDONLY)?;
            let entries = Dir::read_from(&opened).map_err(|errno| system(&at, errno))?;
            for entry in entries {
                let entry = entry.map_err(|errno| system(&at, errno))?;
                let name = entry.file_name();
                if [c".", c".."].contains(&name) {
                    continue;
                }
                looked_at += 1;
                let path = at.join(OsStr::from_bytes(name.to_bytes()));
                let Ok(facts) = statat(&opened, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
                let kind = FileType::from_raw_mode(facts.st_mode);
                if kind == FileType::Directory && depth < DEPTH_MAX {
                    waiting.push((path, depth + 1));
                } else if not_plain(kind, names(&facts)).is_none() {
                    found.push(Found { path, bytes: u64::try_from(facts.st_size).unwrap_or_default() });
                }
                if found.len() > max_files || looked_at > max_files.saturating_mul(ENTRIES_PER_FILE).max(1000) {
                    return Err(TakeError::TooMany { folder: folder.to_owned(), max_files });
                }
            }
        }
        found.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(found)
    }

    /// Makes a folder and those above it, where they are missing.
    ///
    /// # Errors
    /// When something that is no folder is in the way.
    pub(crate) fn make_folder(&self, path: &Path) -> Result<(), TakeError> {
        let mut at = PathBuf::new();
        for part in path.components().filter(|part| matches!(part, Component::Normal(_))) {
            let parent = self.at(&at, OFlags::DIRECTORY | OFlags::PATH)?;
            at.push(part);
            match mkdirat(&parent, part.as_os_str(), Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(system(&at, errno)),
            }
            self.at(&at, OFlags::DIRECTORY | OFlags::PATH)?;
        }
        Ok(())
    }

    /// Makes an empty file, and the folders above it, where it is missing.
    ///
    /// # Errors
    /// When something that is no plain file is in the way.
    pub(crate) fn make_empty_file(&self, path: &Path) -> Result<(), TakeError> {
        if let Some(parent) = path.parent() {
            self.make_folder(parent)?;
        }
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
        let opened = openat2(&self.folder, below(path), flags, Mode::from_raw_mode(0o644), resolve());
        opened.map(drop).map_err(|errno| refused(path, errno))
    }

    fn at(&self, path: &Path, flags: OFlags) -> Result<OwnedFd, TakeError> {
        openat2(&self.folder, below(path), flags | OFlags::CLOEXEC, Mode::empty(), resolve())
            .map_err(|errno| refused(path, errno))
    }

    /// Where it was opened.
    pub fn path(&self) -> &Path {
        &self.name
    }
}

fn resolve() -> ResolveFlags {
    ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_XDEV
}

/// `/a/b` is meant from the folder, too.
fn below(path: &Path) -> &Path {
    let path = path.strip_prefix("/").unwrap_or(path);
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// How many names a file has.
#[allow(clippy::useless_conversion, reason = "the type differs between processors")]
fn names(facts: &Stat) -> u64 {
    u64::from(facts.st_nlink)
}

fn not_plain(kind: FileType, names: u64) -> Option<&'static str> {
    match kind {
        FileType::RegularFile if names == 1 => None,
        FileType::RegularFile => Some("a file with a second name (hard link)"),
        FileType::Directory => Some("a folder"),
        FileType::Symlink => Some("a symbolic link"),
        FileType::Fifo => Some("a pipe"),
        FileType::Socket => Some("a socket"),
        _ => Some("a device"),
    }
}

fn refused(path: &Path, errno: Errno) -> TakeError {
    let path = path.to_owned();
    match errno {
        Errno::NOENT => TakeError::NotThere(path),
        Errno::LOOP => TakeError::NotPlain { path, what: "a symbolic link, or behind one" },
        Errno::NXIO => TakeError::NotPlain { path, what: "a socket" },
        Errno::XDEV => TakeError::LeadsOut(path),
        Errno::NOTDIR => TakeError::NotPlain { path, what: "behind a file, or no folder" },
        errno => TakeError::System { path, error: errno.into() },
    }
}

fn system(path: &Path, errno: Errno) -> TakeError {
    TakeError::System { path: path.to_owned(), error: errno.into() }
}

#[cfg(test)]
#[path = "beneath_tests.rs"]
mod tests;
