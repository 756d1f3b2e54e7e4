//! Our own programs as jobs see them: copies, so that an upgrade in the middle of a run changes nothing for it.

use crate::folder::Folder;
use crate::options::Programs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Where the sources of the workers are among the programs.
pub(crate) const SOURCE: &str = "source";

/// Puts `kymo`, its workers, their sources and the suites into the agent's folder, where they are not yet as they are.
///
/// # Errors
/// What cannot be copied, in words.
pub(crate) fn install(programs: &Programs, folder: &Folder) -> Result<(), String> {
    let bin = folder.join("programs/bin");
    make(&bin)?;
    let mut wanted = vec![(programs.kymo.clone(), "kymo".to_owned())];
    let listed = std::fs::read_dir(&programs.workers);
    let listed = listed.map_err(|error| format!("{}: {error}", programs.workers.display()))?;
    for entry in listed.flatten() {
        // A worker that is a script has parts beside it; what a build leaves beside them is none.
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("kymo-worker-") && !name.ends_with(".d") && entry.path().is_file() {
            wanted.push((entry.path(), name));
        }
    }
    for entry in std::fs::read_dir(&bin).into_iter().flatten().flatten() {
        if !wanted.iter().any(|(_, name)| entry.file_name() == name.as_str()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
    for (from, name) in wanted {
        copy(&from, &bin.join(name))?;
    }
    let below = |name: &str| {
        let to = folder.join("programs").join(name);
        let _ = std::fs::remove_dir_all(&to);
        to
    };
    copy_tree(&programs.suites, &below("suites"))?;
    let source = below(SOURCE);
    let Some(from) = &programs.sources else { return Ok(()) };
    for part in ["crates", "workers"] {
        copy_tree(&from.join(part), &source.join(part))?;
    }
    for file in ["Cargo.toml", "Cargo.lock"] {
        copy(&from.join(file), &source.join(file))?;
    }
    Ok(())
}

fn make(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::set_permissions(folder, PermissionsExt::from_mode(0o755)))
        .map_err(|error| format!("{}: {error}", folder.display()))
}

/// Copies a file unless its copy has its length and is not older.
fn copy(from: &Path, to: &Path) -> Result<(), String> {
    let said = |error: std::io::Error| format!("cannot copy {} to {}: {error}", from.display(), to.display());
    let about = std::fs::metadata(from).map_err(said)?;
    if let Ok(there) = std::fs::metadata(to)
        && there.len() == about.len()
        && there.modified().map_err(said)? >= about.modified().map_err(said)?
    {
        return Ok(());
    }
    // Beside, then renamed: a copy that is being run is left as it is.
    let beside = to.with_extension("new");
    std::fs::copy(from, &beside).map_err(said)?;
    let mode = if about.permissions().mode() & 0o111 == 0 { 0o644 } else { 0o755 };
    std::fs::set_permissions(&beside, PermissionsExt::from_mode(mode)).map_err(said)?;
    std::fs::rename(&beside, to).map_err(said)
}

fn copy_tree(from: &Path, to: &Path) -> Result<(), String> {
    make(to)?;
    let listed = std::fs::read_dir(from).map_err(|error| format!("{}: {error}", from.display()))?;
    for entry in listed.flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else if entry.path().is_file() {
            copy(&entry.path(), &target)?;
        }
    }
    Ok(())
}
