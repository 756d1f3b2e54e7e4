//! What identifies the machine's own tools: its packages and their versions, and what was put beside them by hand.

use crate::profile::hexadecimal;
use crate::spec::SandboxError;
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where Debian's kin keep their packages' list.
const PACKAGES: &str = "/var/lib/dpkg/status";

/// Folders that no package manager answers for. Elsewhere everything is looked at.
const BY_HAND: &[&str] = &["/usr/local/bin", "/usr/local/sbin", "/usr/local/lib"];
const EVERYTHING: &[&str] = &["/usr/bin", "/usr/sbin", "/usr/lib", "/usr/lib64", "/usr/local"];

/// Entries that are looked at at most; what lies beyond does not count.
const ENTRIES_MAX: usize = 500_000;

pub(super) fn digest(beside: &[PathBuf]) -> Result<String, SandboxError> {
    let mut hash = Sha256::new();
    let folders = match fs::read_to_string(PACKAGES) {
        Ok(status) => {
            for line in installed(&status) {
                hash.update(line);
            }
            BY_HAND
        }
        Err(_) => EVERYTHING,
    };
    for folder in folders.iter().map(Path::new).chain(beside.iter().map(PathBuf::as_path)) {
        shallow(folder, &mut hash);
    }
    Ok(format!("host {}", hexadecimal(&hash.finalize())))
}

/// Name, architecture and version of each package that is installed, a line each, sorted.
fn installed(status: &str) -> Vec<String> {
    let mut all: Vec<String> = status
        .split("\n\n")
        .filter(|package| package.lines().any(|line| line == "Status: install ok installed"))
        .map(|package| {
            let field = |name: &str| package.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            format!("{} {} {}\n", field("Package: "), field("Architecture: "), field("Version: "))
        })
        .collect();
    all.sort();
    all
}

/// Names, sizes and times of change of all files: quick, and different whenever a tool is.
fn shallow(folder: &Path, hash: &mut Sha256) {
    let mut waiting: Vec<PathBuf> = vec![folder.to_owned()];
    let mut seen = Vec::new();
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(facts) = entry.metadata() else { continue };
            if facts.is_dir() {
                waiting.push(entry.path());
            } else {
                seen.push((entry.path(), facts.size(), facts.mtime()));
            }
        }
        if seen.len() > ENTRIES_MAX {
            break;
        }
    }
    seen.sort();
    for (path, bytes, changed) in seen {
        hash.update(path.as_os_str().as_bytes());
        hash.update(format!("\0{bytes} {changed}\n"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_counts_by_its_version_alone() {
        let status = "Package: b\nStatus: install ok installed\nArchitecture: amd64\nVersion: 2\nDescription: x\n\n\
            Package: a\nStatus: deinstall ok config-files\nVersion: 9\n\n\
            Package: a\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n";
        assert_eq!(installed(status), ["a all 1\n", "b amd64 2\n"]);
    }

    #[test]
    fn the_same_machine_has_the_same_digest() {
        assert_eq!(digest(&[]).unwrap(), digest(&[]).unwrap());
    }

    #[test]
    fn what_is_mounted_beside_counts() {
        let folder = tempfile::tempdir().unwrap();
        let of_folder = || digest(&[folder.path().to_owned()]).unwrap();
        let empty = of_folder();
        fs::write(folder.path().join("tool"), "1").unwrap();
        assert_ne!(of_folder(), empty);
    }
}
