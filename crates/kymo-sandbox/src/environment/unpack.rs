//! Layers of files, unpacked by somebody who trusts none of them. Links are followed only as a program inside would
//! follow them; owners, devices, special modes and times are left out.

use super::EnvironmentError;
use crate::spec::SandboxError;
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, ResolveFlags, linkat, mkdirat, openat2, statat, symlinkat, unlinkat,
};
use rustix::io::Errno;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use tar::{Archive, Entry, EntryType};

/// Entries of all layers together.
pub(super) const FILES_MAX: u64 = 2_000_000;

/// Marks of what a layer takes away, as the OCI's format of images has them.
const GONE: &[u8] = b".wh.";
const ALL_GONE: &[u8] = b".wh..wh..opq";

/// How much may still be unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub bytes: u64,
    pub files: u64,
}

/// A tree that layers are put into.
pub(super) struct Unpacker {
    path: PathBuf,
    root: OwnedFd,
    left: Budget,
}

impl Unpacker {
    pub(super) fn new(root: &Path, budget: Budget) -> Result<Self, EnvironmentError> {
        let opened = rustix::fs::open(root, OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|errno| SandboxError::Setup(format!("{}: {errno}", root.display())))?;
        Ok(Self { path: root.to_owned(), root: opened, left: budget })
    }

    /// Puts one layer over what is there: a tar, plain or compressed by gzip or zstd.
    pub(super) fn layer(&mut self, file: File) -> Result<(), EnvironmentError> {
        let mut file = io::BufReader::new(file);
        let start = io::BufRead::fill_buf(&mut file).map_err(|error| broken(&error))?.to_owned();
        // One byte over what is allowed in all, so that no stream unpacks for ever.
        let most = self.left.bytes.saturating_mul(2).saturating_add(1 << 20);
        let reader: Box<dyn Read> = match start.get(..4) {
            Some([0x1f, 0x8b, ..]) => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
            Some([0x28, 0xb5, 0x2f, 0xfd]) => {
                Box::new(zstd::Decoder::with_buffer(file).map_err(|error| broken(&error))?)
            }
            Some([0xfd, b'7', b'z', b'X']) => {
                return Err(EnvironmentError::Project("the archive is compressed by xz: use gzip or zstd".into()));
            }
            _ => Box::new(file),
        };
        let mut added = HashSet::new();
        for entry in Archive::new(reader.take(most)).entries().map_err(|error| broken(&error))? {
            self.entry(&mut entry.map_err(|error| broken(&error))?, &mut added)?;
        }
        Ok(())
    }

    fn entry<R: Read>(&mut self, entry: &mut Entry<R>, added: &mut HashSet<PathBuf>) -> Result<(), EnvironmentError> {
        let path = inside(&entry.path().map_err(|error| broken(&error))?)?;
        let Some(name) = path.file_name().map(OsStr::to_owned) else { return Ok(()) };
        self.left.files = self.left.files.checked_sub(1).ok_or_else(|| too_large("files"))?;
        let above = path.parent().unwrap_or(Path::new(""));
        if name.as_bytes() == ALL_GONE {
            return self.empty(above, added);
        }
        let parent = self.folder(above)?;
        if let Some(gone) = name.as_bytes().strip_prefix(GONE) {
            return self.remove(&parent, above, OsStr::from_bytes(gone));
        }
        let failed = |errno: Errno| EnvironmentError::Project(format!("{path:?} cannot be unpacked: {errno}"));
        match entry.header().entry_type() {
            EntryType::Directory => {
                let found = statat(&parent, &name, AtFlags::SYMLINK_NOFOLLOW);
                if found.is_ok_and(|facts| FileType::from_raw_mode(facts.st_mode) == FileType::Directory) {
                    return Ok(());
                }
                self.remove(&parent, above, &name)?;
                mkdirat(&parent, &name, Mode::from_raw_mode(0o755)).map_err(failed)?;
            }
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                self.remove(&parent, above, &name)?;
                self.file(entry, &parent, &name).map_err(|error| match error.kind() {
                    io::ErrorKind::FileTooLarge => too_large("bytes"),
                    _ => EnvironmentError::Project(format!("{path:?} cannot be unpacked: {error}")),
                })?;
            }
            EntryType::Symlink => {
                let target = link_of(entry)?;
                self.remove(&parent, above, &name)?;
                symlinkat(&*target, &parent, &name).map_err(failed)?;
            }
            EntryType::Link => {
                let target = inside(&link_of(entry)?)?;
                let (Some(one), Some(folder)) = (target.file_name(), target.parent()) else { return Ok(()) };
                if target == path {
                    return Ok(());
                }
                let folder = self.folder(folder)?;
                self.remove(&parent, above, &name)?;
                linkat(&folder, one, &parent, &name, AtFlags::empty()).map_err(failed)?;
            }
            // Devices and pipes are for those who make them.
            _ => return Ok(()),
        }
        added.insert(path);
        Ok(())
    }

    fn file<R: Read>(&mut self, entry: &mut Entry<R>, parent: &OwnedFd, name: &OsStr) -> io::Result<()> {
        let is_program = entry.header().mode().unwrap_or(0) & 0o111 != 0;
        let mode = Mode::from_raw_mode(if is_program { 0o755 } else { 0o644 });
        let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut file = File::from(rustix::fs::openat(parent, name, flags, mode)?);
        let written = io::copy(&mut entry.take(self.left.bytes.saturating_add(1)), &mut file)?;
        self.left.bytes = self.left.bytes.checked_sub(written).ok_or(io::ErrorKind::FileTooLarge)?;
        // Whatever mask the runner has.
        rustix::fs::fchmod(&file, mode)?;
        Ok(())
    }

    /// Opens a folder as a program inside would: links lead nowhere but into the tree. What is missing is made.
    fn folder(&self, path: &Path) -> Result<OwnedFd, EnvironmentError> {
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::CLOEXEC;
        let open = |path: &Path| {
            let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
            openat2(&self.root, path, flags, Mode::empty(), resolve)
        };
        let failed = |errno| EnvironmentError::Project(format!("{path:?} cannot be unpacked into: {errno}"));
        let errno = match open(path) {
            Ok(folder) => return Ok(folder),
            Err(errno) => errno,
        };
        let (true, Some(above), Some(name)) = (errno == Errno::NOENT, path.parent(), path.file_name()) else {
            return Err(failed(errno));
        };
        let parent = self.folder(above)?;
        mkdirat(&parent, name, Mode::from_raw_mode(0o755)).map_err(failed)?;
        open(path).map_err(failed)
    }

    /// Removes whatever has that name.
    fn remove(&self, parent: &OwnedFd, above: &Path, name: &OsStr) -> Result<(), EnvironmentError> {
        let failed =
            |errno: Errno| EnvironmentError::Project(format!("{:?} cannot be replaced: {errno}", above.join(name)));
        if [b".".as_slice(), b"..", b""].contains(&name.as_bytes()) {
            return Err(EnvironmentError::Project(format!("{name:?} is no name of a file")));
        }
        match unlinkat(parent, name, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => Ok(()),
            Err(Errno::ISDIR) => {
                // By the descriptor of its parent, so that no link in the path counts; nobody else writes here.
                use std::os::fd::AsRawFd;
                let path = PathBuf::from(format!("/proc/self/fd/{}", parent.as_raw_fd())).join(name);
                fs::remove_dir_all(path).map_err(|error| failed(Errno::from_io_error(&error).unwrap_or(Errno::IO)))
            }
            Err(errno) => Err(failed(errno)),
        }
    }

    /// Takes away all that is in a folder of earlier layers.
    fn empty(&self, folder: &Path, added: &HashSet<PathBuf>) -> Result<(), EnvironmentError> {
        let opened = self.folder(folder)?;
        let entries = rustix::fs::Dir::read_from(&opened)
            .map_err(|errno| SandboxError::Setup(format!("{}: {errno}", self.path.display())))?;
        for entry in entries.flatten() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            let is_of_this_layer = added.iter().any(|path| path.starts_with(folder.join(name)));
            if ![b".".as_slice(), b".."].contains(&name.as_bytes()) && !is_of_this_layer {
                self.remove(&opened, folder, name)?;
            }
        }
        Ok(())
    }
}

/// A path of an archive, from the root of the tree.
fn inside(path: &Path) -> Result<PathBuf, EnvironmentError> {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => clean.push(name),
            Component::RootDir | Component::CurDir => {}
            Component::ParentDir | Component::Prefix(_) => {
                return Err(EnvironmentError::Project(format!("{path:?} leads out of the archive")));
            }
        }
    }
    Ok(clean)
}

fn link_of<R: Read>(entry: &Entry<R>) -> Result<PathBuf, EnvironmentError> {
    let target = entry.link_name().map_err(|error| broken(&error))?;
    target.map(|target| target.into_owned()).ok_or_else(|| EnvironmentError::Project("a link leads nowhere".into()))
}

fn broken(error: &io::Error) -> EnvironmentError {
    EnvironmentError::Project(format!("the archive cannot be read: {error}"))
}

fn too_large(what: &str) -> EnvironmentError {
    EnvironmentError::Project(format!("the archive unpacks to more {what} than the limit"))
}

#[cfg(test)]
#[path = "unpack_tests.rs"]
mod tests;
