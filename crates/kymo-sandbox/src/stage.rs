//! What a sandbox takes of the machine may lie where its user cannot pass through, as below a folder of root's. The
//! runner binds it, before it gives root up, where bubblewrap can reach it.

use crate::launch::{Bound, Stage};
use crate::spec::{Root, Sandbox, SandboxError};
use std::ffi::CString;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Empty on the machine; each sandbox sees something of its own there while it is set up, and nothing after.
const FOLDER: &str = "/run/kymo-sandbox";

/// A sandbox whose folders are those of the stage, and how they come there.
pub(crate) struct Staged {
    pub sandbox: Sandbox,
    pub stage: Stage,
}

/// # Errors
/// Where a folder is missing.
pub(crate) fn set(sandbox: &Sandbox) -> Result<Staged, SandboxError> {
    fs::create_dir_all(FOLDER).map_err(|error| SandboxError::Setup(format!("{FOLDER}: {error}")))?;
    let mut stage = Stage { folder: path_for_c(Path::new(FOLDER))?, bound: Vec::new() };
    let mut sandbox = sandbox.clone();
    sandbox.workspace = stage.bind(&sandbox.workspace)?;
    if let Root::Folder(folder) = &mut sandbox.root {
        *folder = stage.bind(folder)?;
    }
    for mount in &mut sandbox.mounts {
        mount.from = stage.bind(&mount.from)?;
    }
    Ok(Staged { sandbox, stage })
}

impl Stage {
    fn bind(&mut self, from: &Path) -> Result<PathBuf, SandboxError> {
        let failed = |error| SandboxError::Setup(format!("{}: {error}", from.display()));
        let from = from.canonicalize().map_err(failed)?;
        let is_folder = from.metadata().map_err(failed)?.is_dir();
        let to = Path::new(FOLDER).join(self.bound.len().to_string());
        self.bound.push(Bound { from: path_for_c(&from)?, to: path_for_c(&to)?, is_folder });
        Ok(to)
    }
}

fn path_for_c(path: &Path) -> Result<CString, SandboxError> {
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| SandboxError::Setup(format!("{path:?} has a character that no path can have")))
}
