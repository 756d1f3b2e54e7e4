//! What a job runs in: from what `kymo.toml` names to a root file system and the digest that identifies it.

mod cache;
mod dockerfile;
mod host;
mod image;
mod tree;
mod unpack;

pub use cache::sweep;

use crate::beneath::{Beneath, TakeError};
use crate::profile::{hexadecimal, profile_digest};
use crate::spec::{Network, Root, SandboxError};
use kymo_model::watch::project_file::EnvironmentKind;
use kymo_model::watch::{EnvironmentDigest, Limits};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// A root file system, what its image sets, and what identifies both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// For [`crate::Sandbox::root`].
    pub root: Root,
    /// Variables that the image sets, as its `PATH`; empty for others.
    pub variables: BTreeMap<String, String>,
    /// Of everything in the root, the variables and the sandbox's profile.
    pub digest: EnvironmentDigest,
}

/// Fetches an https address into a file, at most so many bytes.
pub type Download<'a> = &'a dyn Fn(&str, &Path, u64) -> Result<(), String>;

/// Makes environments, and keeps them under what they were made from.
pub struct Environments<'a> {
    /// The folder they are kept in: `trees/KEY` each, for the caller to delete when no job uses it; and `images/HEX.tar`,
    /// where an operator puts images by the SHA-256 of their manifest or configuration.
    pub cache: &'a Path,
    /// How archives are fetched; `None` where there is no network.
    pub download: Option<Download<'a>>,
    /// Whether the commands of a Dockerfile may have the network.
    pub network: Network,
    /// `disk` bounds an unpacked tree; `memory` and `wall_time` bound a build.
    pub limits: Limits,
    /// Folders of the machine that a caller mounts beside its own tools: they are part of what identifies these.
    pub host_folders: &'a [PathBuf],
}

/// Why there is no environment.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// What the project names is missing or wrong.
    #[error("{0}")]
    Project(String),
    /// The caller said to stop.
    #[error("stopped")]
    Stopped,
    /// The machine lacks something or failed.
    #[error(transparent)]
    Machine(#[from] SandboxError),
}

impl From<TakeError> for EnvironmentError {
    fn from(error: TakeError) -> Self {
        Self::Project(error.to_string())
    }
}

impl EnvironmentError {
    fn of_machine(what: &Path, error: &io::Error) -> Self {
        Self::Machine(SandboxError::Setup(format!("{}: {error}", what.display())))
    }
}

impl Environments<'_> {
    /// The environment of that kind; `checkout` is the project's repository, which nobody trusts.
    ///
    /// # Errors
    /// Of the project, where what it names is missing or wrong; of the machine, where it lacks something.
    pub fn get(
        &self,
        kind: &EnvironmentKind,
        checkout: &Beneath,
        stop: &AtomicBool,
    ) -> Result<Environment, EnvironmentError> {
        match kind {
            EnvironmentKind::Host => identified(Root::HostTools, BTreeMap::new(), &host::digest(self.host_folders)?),
            EnvironmentKind::Archive { from, sha256 } => self.archive(from, sha256, checkout),
            EnvironmentKind::Image(name) => match name.split_once("@sha256:") {
                Some((_, digest)) => self.named_image(name, digest),
                None => {
                    let mut file = checkout.file(Path::new(name), self.limits.disk.get())?;
                    let key = format!("image-{}", sha256_of(&mut file).map_err(|error| unreadable(name, &error))?);
                    self.kept(&key, |place| image::unpack(file, &place.beside, &place.root, &self.budget(), None))
                }
            },
            EnvironmentKind::Dockerfile(path) => self.dockerfile(path, checkout, stop),
        }
    }

    fn archive(&self, from: &str, sha256: &str, checkout: &Beneath) -> Result<Environment, EnvironmentError> {
        let expected = sha256.to_ascii_lowercase();
        self.kept(&format!("archive-{expected}"), |place| {
            let most = self.limits.disk.get();
            let mut file = if from.starts_with("https://") {
                let none = "has no network to fetch it: put the archive into the repository";
                let download =
                    self.download.ok_or_else(|| SandboxError::Unsupported(format!("{from}: this machine {none}")))?;
                let path = place.beside.join("archive");
                download(from, &path, most).map_err(|error| EnvironmentError::Project(format!("{from}: {error}")))?;
                File::open(&path).map_err(|error| EnvironmentError::of_machine(&path, &error))?
            } else {
                checkout.file(Path::new(from), most)?
            };
            let found = sha256_of(&mut file).map_err(|error| unreadable(from, &error))?;
            if found != expected {
                return Err(EnvironmentError::Project(format!("{from} has the SHA-256 {found}, not {expected}")));
            }
            unpack::Unpacker::new(&place.root, self.budget())?.layer(file)?;
            Ok(BTreeMap::new())
        })
    }

    fn named_image(&self, name: &str, digest: &str) -> Result<Environment, EnvironmentError> {
        if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(EnvironmentError::Project(format!("'{name}' needs 64 hexadecimal digits after @sha256:")));
        }
        let digest = digest.to_ascii_lowercase();
        self.kept(&format!("named-{digest}"), |place| {
            let path = self.cache.join("images").join(format!("{digest}.tar"));
            let file = File::open(&path).map_err(|_| {
                let missing = format!("the image {name} is not on this machine: an operator puts its OCI archive at");
                SandboxError::Unsupported(format!("{missing} {}", path.display()))
            })?;
            image::unpack(file, &place.beside, &place.root, &self.budget(), Some(&digest))
        })
    }

    fn budget(&self) -> unpack::Budget {
        unpack::Budget { bytes: self.limits.disk.get(), files: unpack::FILES_MAX }
    }
}

/// Whether this machine can build Dockerfiles.
pub fn can_build() -> bool {
    dockerfile::runtime().is_some()
}

/// The digest of a series' identity: what is in the root, what the image sets, how the sandbox is built.
fn identified(root: Root, variables: BTreeMap<String, String>, content: &str) -> Result<Environment, EnvironmentError> {
    let mut hash = Sha256::new();
    hash.update(format!("{content}\n{}\n", profile_digest()?));
    for (name, value) in &variables {
        hash.update(format!("{name}={value}\0"));
    }
    let digest = EnvironmentDigest(format!("sha256:{}", hexadecimal(&hash.finalize())));
    Ok(Environment { root, variables, digest })
}

/// Hashes a file to its end, and goes back to its start.
fn sha256_of(file: &mut File) -> io::Result<String> {
    const PIECE_BYTES: usize = 1 << 16;
    let mut hash = Sha256::new();
    let mut piece = vec![0; PIECE_BYTES];
    file.rewind()?;
    loop {
        match file.read(&mut piece)? {
            0 => break,
            count => hash.update(&piece[..count]),
        }
    }
    file.rewind()?;
    Ok(hexadecimal(&hash.finalize()))
}

fn unreadable(name: &str, error: &io::Error) -> EnvironmentError {
    EnvironmentError::Project(format!("{name:?} cannot be read: {error}"))
}
