//! Removes what no head names any more.

use super::{HEAD, Lock, PublishError};
use crate::app::App;
use crate::folder::{Folder, FolderError, TEMPORARY};
use crate::format::head::Head;
use crate::read::references;
use std::collections::HashSet;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Somebody may still have an old head open.
const GRACE: Duration = Duration::from_secs(24 * 60 * 60);

/// Which files go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// Those that were written more than a day ago.
    OverADay,
    /// All that no head names.
    Any,
}

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// Removes data that the head does not name, what was never finished, and files of an older web app where the present
/// one is given.
///
/// # Errors
/// When the folder has no head or cannot be read, or somebody publishes into it.
pub fn prune(root: &Path, age: Age, app: Option<&App>) -> Result<Pruned, PublishError> {
    let _lock = Lock::take(root)?;
    let folder = Folder::new(root);
    let Some(head) = folder.named_json::<Head>(HEAD)? else {
        return Err(FolderError::NoSite { path: root.join(HEAD) }.into());
    };
    let live = references(&folder, &head)?;
    let named: HashSet<_> = live.iter().map(|reference| folder.path_of(reference)).collect();
    let mut candidates = Vec::new();
    for kind in children(&root.join("data"))?.into_iter().filter(|path| path.is_dir()) {
        candidates.extend(children(&kind)?.into_iter().filter(|path| !named.contains(path)));
    }
    if let Some(app) = app {
        let current: HashSet<_> = app.files().iter().map(|file| root.join(&file.name)).collect();
        candidates.extend(children(&root.join("assets"))?.into_iter().filter(|path| !current.contains(path)));
    }
    let now = SystemTime::now();
    let mut pruned = Pruned::default();
    for path in candidates.into_iter().filter(|path| path.is_file()) {
        let Ok(about) = path.metadata() else { continue };
        let age_of = about.modified().ok().and_then(|then| now.duration_since(then).ok()).unwrap_or_default();
        // Nobody else publishes while we hold the lock, so what is not finished now never will be.
        let unfinished = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(TEMPORARY));
        if unfinished || age == Age::Any || age_of > GRACE {
            folder.remove(&path)?;
            pruned.files += 1;
            pruned.bytes += about.len();
        }
    }
    Ok(pruned)
}

fn children(folder: &Path) -> Result<Vec<std::path::PathBuf>, FolderError> {
    match std::fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().map(|entry| entry.path()).collect()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(FolderError::Io { doing: "read", path: folder.to_owned(), error }),
    }
}
