//! The files of this repository.

use std::path::{Path, PathBuf};

/// Folders that hold no sources of ours.
const SKIPPED: [&str; 4] = [".git", "target", "node_modules", "book"];

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A text file, named by its path from the root.
pub struct File {
    /// Path from the root, with `/` between its parts.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// The text of a file that must be there.
pub fn text(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All files below `folders` whose names end so, sorted.
pub fn files(folders: &[&str], endings: &[&str]) -> Vec<File> {
    let root = root();
    let mut names = Vec::new();
    for folder in folders {
        collect(&root.join(folder), &mut names);
    }
    names.sort();
    names.dedup();
    let mut files = Vec::new();
    for path in names {
        let name = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        if !endings.is_empty() && !endings.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        // What is no text (modules, pictures) has no words to look at.
        if let Ok(text) = std::fs::read_to_string(&path) {
            files.push(File { name, text });
        }
    }
    files
}

fn collect(path: &Path, found: &mut Vec<PathBuf>) {
    let path = path.canonicalize().unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    if path.is_file() {
        found.push(path);
        return;
    }
    for entry in std::fs::read_dir(&path).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        // A link may lead out of the repository.
        if entry.file_type().unwrap().is_symlink() || SKIPPED.iter().any(|skipped| name == *skipped) {
            continue;
        }
        collect(&entry.path(), found);
    }
}

/// Compares what was found with the list of exceptions: a new finding fails, and so does an exception without one.
pub fn ratchet<T: AsRef<str>>(rule: &str, found: &[T], excepted: &[&str]) {
    let found: Vec<&str> = found.iter().map(AsRef::as_ref).collect();
    let new: Vec<&&str> = found.iter().filter(|one| !excepted.contains(one)).collect();
    assert!(new.is_empty(), "{rule}:\n{new:#?}");
    let spent: Vec<&&str> = excepted.iter().filter(|one| !found.contains(one)).collect();
    assert!(spent.is_empty(), "{rule}: these exceptions are no longer needed, take them off the list:\n{spent:#?}");
}
