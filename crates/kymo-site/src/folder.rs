//! The folder of a site: files come into it whole or not at all.

use crate::format::{FILE_BYTES, FormatError, gz};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Beginning of the names of files that are not whole yet.
pub const TEMPORARY: &str = ".tmp-";

/// Why a file of a site could not be written or read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The system refused.
    #[error("cannot {doing} {path}: {error}")]
    Io {
        /// `read`, `write`, `remove`.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// There is no head.
    #[error("{path} is not there: the folder holds no site")]
    NoSite {
        /// Where a head would be.
        path: PathBuf,
    },
    /// It is not what it should be.
    #[error("{path} is damaged: {error}")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: FormatError,
    },
}

impl FolderError {
    fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { doing, path, error: without_path(&error) }
    }
}

/// The system's error alone: the name of a temporary file is nobody's business.
fn without_path(error: &std::io::Error) -> std::io::Error {
    let inner = error.get_ref().and_then(std::error::Error::source);
    let system = inner.and_then(|inner| inner.downcast_ref::<std::io::Error>()).unwrap_or(error);
    system.raw_os_error().map_or_else(|| system.kind().into(), std::io::Error::from_raw_os_error)
}

/// The folder of a site.
#[derive(Debug)]
pub struct Folder {
    root: PathBuf,
    files: AtomicU64,
    bytes: AtomicU64,
    large: Mutex<Vec<String>>,
}

impl Folder {
    /// A folder that need not be there yet.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), files: AtomicU64::new(0), bytes: AtomicU64::new(0), large: Mutex::default() }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Files and bytes written so far.
    pub fn written(&self) -> (u64, u64) {
        (self.files.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed))
    }

    /// References written that are larger than [`FILE_BYTES`].
    pub fn large(&self) -> Vec<String> {
        self.large.lock().map(|large| large.clone()).unwrap_or_default()
    }

    /// Where a reference, as `segments/0123456789abcdef`, leads.
    pub fn path_of(&self, reference: &str) -> PathBuf {
        self.root.join("data").join(format!("{reference}.kz"))
    }

    /// Writes a content under its own name, if it is not there; gives the reference.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put(&self, kind: &str, raw: &[u8]) -> Result<String, FolderError> {
        let reference = format!("{kind}/{}", gz::name(raw));
        let path = self.path_of(&reference);
        // Files get their names when they are whole, so that one that is there is right.
        if path.exists() {
            return Ok(reference);
        }
        let packed = gz::pack(raw);
        if packed.len() > FILE_BYTES
            && let Ok(mut large) = self.large.lock()
        {
            large.push(reference.clone());
        }
        self.write(&path, &packed)?;
        Ok(reference)
    }

    /// Writes JSON under its own name.
    ///
    /// # Errors
    /// Those of [`Self::put`].
    pub fn put_json(&self, kind: &str, value: &impl Serialize) -> Result<String, FolderError> {
        self.put(kind, &json(&self.root.join("data").join(kind), value)?)
    }

    /// Writes a file with a name of its own, if its content is not there already; says whether it wrote.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn put_named(&self, name: &str, content: &[u8]) -> Result<bool, FolderError> {
        let path = self.root.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == content) {
            return Ok(false);
        }
        self.write(&path, content)?;
        Ok(true)
    }

    /// Writes a JSON file with a name of its own.
    ///
    /// # Errors
    /// Those of [`Self::put_named`].
    pub fn put_named_json(&self, name: &str, value: &impl Serialize) -> Result<bool, FolderError> {
        let content = json(&self.root.join(name), value)?;
        self.put_named(name, &content)
    }

    fn write(&self, path: &Path, content: &[u8]) -> Result<(), FolderError> {
        let parent = path.parent().unwrap_or(&self.root);
        std::fs::create_dir_all(parent).map_err(FolderError::io("make", parent))?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(TEMPORARY);
        // Readable for a web server, as far as the user's umask allows.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let whole = builder.tempfile_in(parent).and_then(|mut file| {
            file.write_all(content)?;
            file.as_file().sync_all()?;
            file.persist(path).map_err(|error| error.error)?;
            Ok(())
        });
        whole.map_err(FolderError::io("write", path))?;
        self.files.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(content.len() as u64, Ordering::Relaxed);
        Ok(())
    }

    /// Makes the names below `data` last, so that a head never names what a power cut takes back.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn settle(&self) -> Result<(), FolderError> {
        let data = self.root.join("data");
        let kinds = std::fs::read_dir(&data).map_err(FolderError::io("read", &data))?.flatten();
        for folder in kinds.map(|entry| entry.path()).filter(|path| path.is_dir()) {
            let synced = std::fs::File::open(&folder).and_then(|open| open.sync_all());
            synced.map_err(FolderError::io("write", &folder))?;
        }
        Ok(())
    }

    /// The content that a reference names.
    ///
    /// # Errors
    /// When it is not there or damaged.
    pub fn get(&self, reference: &str) -> Result<Vec<u8>, FolderError> {
        let path = self.path_of(reference);
        let bytes = std::fs::read(&path).map_err(FolderError::io("read", &path))?;
        let raw = gz::unpack(&bytes).map_err(|error| FolderError::Damaged { path: path.clone(), error })?;
        if !reference.ends_with(&format!("/{}", gz::name(&raw))) {
            let error = FormatError::new("its content is not what its name says");
            return Err(FolderError::Damaged { path, error });
        }
        Ok(raw)
    }

    /// The JSON that a reference names.
    ///
    /// # Errors
    /// When it is not there or damaged.
    pub fn get_json<T: DeserializeOwned>(&self, reference: &str) -> Result<T, FolderError> {
        let raw = self.get(reference)?;
        self.understood(reference, serde_json::from_slice(&raw).map_err(FormatError::new))
    }

    /// What a file was understood as.
    ///
    /// # Errors
    /// When it was not.
    pub fn understood<T>(&self, reference: &str, found: Result<T, FormatError>) -> Result<T, FolderError> {
        found.map_err(|error| FolderError::Damaged { path: self.path_of(reference), error })
    }

    /// The JSON of a file with a name of its own; `None` where there is no such file.
    ///
    /// # Errors
    /// When it cannot be read or is damaged.
    pub fn named_json<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, FolderError> {
        let path = self.root.join(name);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FolderError::io("read", &path)(error)),
        };
        let found = serde_json::from_slice(&bytes).map_err(FormatError::new);
        found.map(Some).map_err(|error| FolderError::Damaged { path, error })
    }

    /// Removes a file.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(&self, path: &Path) -> Result<(), FolderError> {
        std::fs::remove_file(path).map_err(FolderError::io("remove", path))
    }
}

fn json(path: &Path, value: &impl Serialize) -> Result<Vec<u8>, FolderError> {
    let content = serde_json::to_vec(value).map_err(FormatError::new);
    content.map_err(|error| FolderError::Damaged { path: path.to_owned(), error })
}
