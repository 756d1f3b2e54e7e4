//! Which sources a build is made of: the commit, what differs from it, or a hash of everything.

use super::checkout::Package;
use super::record::Source;
use crate::error::CliError;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Identifies the sources in a folder that a build took `packages` from.
///
/// # Errors
/// When a file cannot be read.
pub fn identify(folder: &Path, packages: &[&Package]) -> Result<Source, CliError> {
    let (commit, changes) = match repository(folder) {
        Some((root, commit)) => (Some(commit), changes(&root)?),
        None => {
            let mut hash = Sha256::new();
            for package in packages.iter().filter(|package| package.manifest_path.starts_with(folder)) {
                add_tree(&mut hash, folder, package.folder())?;
            }
            (None, Some(hexadecimal(hash)))
        }
    };
    Ok(Source { path: folder.display().to_string(), commit, changes_sha256: changes })
}

/// The repository that tracks the folder's files, and its commit. A folder that merely lies inside some repository, as
/// under a home folder that is kept in git, has none.
fn repository(folder: &Path) -> Option<(PathBuf, String)> {
    if git(folder, &["ls-files", "--", "."])?.is_empty() {
        return None;
    }
    let line = |args: &[&str]| Some(String::from_utf8(git(folder, args)?).ok()?.trim_end().to_owned());
    Some((PathBuf::from(line(&["rev-parse", "--show-toplevel"])?), line(&["rev-parse", "HEAD"])?))
}

/// SHA-256 of what differs from the commit: the difference of tracked files, and untracked files as a whole.
fn changes(folder: &Path) -> Result<Option<String>, CliError> {
    let difference = git(folder, &["diff", "HEAD", "--binary", "--no-color", "--no-ext-diff"]);
    let untracked = git(folder, &["ls-files", "--others", "--exclude-standard", "-z"]);
    let (Some(difference), Some(untracked)) = (difference, untracked) else {
        return Err(CliError::failure(format!("git cannot say what was changed in {}", folder.display())));
    };
    if difference.is_empty() && untracked.is_empty() {
        return Ok(None);
    }
    let mut hash = Sha256::new();
    hash.update(&difference);
    for name in untracked.split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let name = String::from_utf8_lossy(name);
        let path = folder.join(&*name);
        // A link or a repository within this one is no source of a package.
        if !path.is_symlink() && path.is_file() {
            add_file(&mut hash, &name, &path)?;
        }
    }
    Ok(Some(hexadecimal(hash)))
}

/// What git writes, if it succeeds. A machine without git has no commits.
fn git(folder: &Path, args: &[&str]) -> Option<Vec<u8>> {
    let output = Command::new("git").arg("-C").arg(folder).args(args).output().ok()?;
    output.status.success().then_some(output.stdout)
}

/// Adds all files below a folder, in the order of their names; what builds leave behind is left out.
fn add_tree(hash: &mut Sha256, root: &Path, folder: &Path) -> Result<(), CliError> {
    let unreadable = |error| CliError::failure(format!("cannot read {}: {error}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>();
    if let Ok(paths) = &mut paths {
        paths.sort_unstable();
    }
    for path in paths.map_err(unreadable)? {
        let name = path.file_name().unwrap_or_default();
        if path.is_symlink() || name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            add_tree(hash, root, &path)?;
        } else {
            add_file(hash, &path.strip_prefix(root).unwrap_or(&path).to_string_lossy(), &path)?;
        }
    }
    Ok(())
}

fn add_file(hash: &mut Sha256, name: &str, path: &Path) -> Result<(), CliError> {
    let content =
        std::fs::read(path).map_err(|error| CliError::failure(format!("cannot read {}: {error}", path.display())))?;
    // Lengths before contents, so that no two trees make the same stream of bytes.
    for part in [name.as_bytes(), &content] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    Ok(())
}

/// SHA-256 of all that lies in folders, in hexadecimal digits. Where the folders lie does not count.
///
/// # Errors
/// When a file cannot be read.
pub fn hash_of_folders(folders: &[PathBuf]) -> Result<String, CliError> {
    let mut hash = Sha256::new();
    for folder in folders {
        add_tree(&mut hash, folder.parent().unwrap_or(folder), folder)?;
    }
    Ok(hexadecimal(hash))
}

/// SHA-256 of parts, in hexadecimal digits.
pub fn hash_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hexadecimal(hash)
}

fn hexadecimal(hash: Sha256) -> String {
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git_or_fail(folder: &Path, args: &[&str]) {
        let who = ["-c", "user.name=somebody", "-c", "user.email=somebody@example.org"];
        assert!(git(folder, &[&who, args].concat()).is_some(), "git {args:?}");
    }

    #[test]
    fn folders_are_known_by_what_lies_in_them_and_not_by_where_they_lie() {
        let hash = |text: &str| {
            let place = tempfile::tempdir().unwrap();
            let folder = place.path().join("worker");
            std::fs::create_dir_all(folder.join("target")).unwrap();
            std::fs::write(folder.join("main.rs"), text).unwrap();
            std::fs::write(folder.join("target/made"), place.path().as_os_str().as_encoded_bytes()).unwrap();
            hash_of_folders(&[folder]).unwrap()
        };
        assert_eq!(hash("one"), hash("one"));
        assert_ne!(hash("one"), hash("two"));
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let worker = super::super::worker::Worker::read(std::slice::from_ref(&root), "wasmi").unwrap();
        let folders = worker.folders().unwrap();
        for name in ["workers/wasmi", "crates/kymo-worker", "crates/kymo-model", "workers/wasmi/../wasi"] {
            assert!(folders.iter().any(|folder| folder.ends_with(name)), "{name}: {folders:?}");
        }
    }

    #[test]
    fn a_clean_checkout_is_its_commit_and_a_changed_one_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let identity = || identify(folder.path(), &[]).unwrap();
        write("a.rs", "one");
        assert_eq!(identity().commit, None, "no repository");
        git_or_fail(folder.path(), &["init", "-q"]);
        assert_eq!(identity().commit, None, "a repository that tracks nothing of it");
        git_or_fail(folder.path(), &["add", "."]);
        git_or_fail(folder.path(), &["commit", "-qm", "one"]);
        let clean = identity();
        assert_eq!((clean.commit.as_ref().map(String::len), clean.changes_sha256.as_ref()), (Some(40), None));
        assert_eq!(clean.short().len(), 12);
        write("a.rs", "two");
        let changed = identity();
        assert!(changed.short().starts_with(&format!("{}-dirty-", clean.short())), "{}", changed.short());
        write("b.rs", "untracked");
        assert_ne!(identity(), changed);
        std::fs::remove_file(folder.path().join("b.rs")).unwrap();
        write("a.rs", "one");
        assert_eq!(identity(), clean);
    }
}
