//! Module files: read, translated where they are text, and inspected.

use crate::inspect::{InspectError, Inspection, inspect};
use std::io;
use std::path::{Path, PathBuf};

/// A module on disk.
#[derive(Clone, Debug)]
pub(crate) struct Artifact {
    /// Absolute path of the binary: the file itself, or its translation in the cache.
    pub(crate) path: PathBuf,
    /// SHA-256 of the text it was translated from.
    pub(crate) text_sha256: Option<kymo_model::ModuleHash>,
    /// What it says.
    pub(crate) inspection: Inspection,
}

/// Why a file is no module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArtifactError {
    /// There is no such file.
    #[error("{path}: there is no such file", path = .0.display())]
    Missing(PathBuf),
    /// A folder.
    #[error("{path} is a folder; name a .wasm or .wat file in it", path = .0.display())]
    Folder(PathBuf),
    /// It cannot be read.
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its bytes are no module.
    #[error("{path}: {source}", path = .path.display())]
    Inspect {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        source: InspectError,
    },
    /// Its text is no module; the message has line, column and an excerpt.
    #[error("this is not WebAssembly text: {0}")]
    Text(wat::Error),
    /// The translation cannot be kept.
    #[error("cannot write the translated module to {path}: {source}", path = .path.display())]
    Cache {
        /// The file that was to be written.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

/// Reads the module at `path`. Text (a name in `.wat`) is translated into `cache`, named by its hash.
pub(crate) fn load(path: &Path, cache: &Path) -> Result<Artifact, ArtifactError> {
    let bytes = read(path)?;
    let is_text = path.extension().is_some_and(|extension| extension == "wat") && !bytes.starts_with(b"\0asm");
    let inspected =
        |bytes: &[u8]| inspect(bytes).map_err(|source| ArtifactError::Inspect { path: path.to_owned(), source });
    if !is_text {
        let inspection = inspected(&bytes)?;
        return Ok(Artifact { path: absolute(path)?, text_sha256: None, inspection });
    }
    if bytes.is_empty() {
        // The empty text would do as an empty module, and that is never meant.
        inspected(&bytes)?;
    }
    let module = wat::Parser::new().parse_bytes(Some(path), &bytes).map_err(ArtifactError::Text)?;
    let inspection = inspected(&module)?;
    let kept = absolute(cache)?.join(format!("{}.wasm", inspection.sha256));
    keep(&kept, &module).map_err(|source| ArtifactError::Cache { path: kept.clone(), source })?;
    Ok(Artifact { path: kept, text_sha256: Some(crate::inspect::hash(&bytes)), inspection })
}

/// The file's bytes.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, ArtifactError> {
    if path.is_dir() {
        return Err(ArtifactError::Folder(path.to_owned()));
    }
    std::fs::read(path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => ArtifactError::Missing(path.to_owned()),
        _ => ArtifactError::Read { path: path.to_owned(), source },
    })
}

/// The path from the root on, links left as they are; an error only where the working folder is gone.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf, ArtifactError> {
    std::path::absolute(path).map_err(|source| ArtifactError::Read { path: path.to_owned(), source })
}

/// Writes the file under another name first: a run beside this one must never read half a module.
pub(crate) fn keep(path: &Path, module: &[u8]) -> io::Result<()> {
    if std::fs::read(path).is_ok_and(|found| found == module) {
        return Ok(());
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let unfinished = path.with_extension(format!("{}-{:?}", std::process::id(), std::thread::current().id()));
    std::fs::write(&unfinished, module)?;
    std::fs::rename(&unfinished, path)
}
