//! Sources of packages that a worker was built with, to be copied and changed.

use super::{Home, repository};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Gives a command what cargo needs beyond a test's own home: the packages that were fetched, the toolchain, and the
/// folder where the workers beside `kymo` were compiled, whose parts serve again.
pub fn give_cargo(command: &mut Command) {
    let home = PathBuf::from(std::env::var_os("HOME").unwrap_or_default());
    for (name, folder) in [("CARGO_HOME", ".cargo"), ("RUSTUP_HOME", ".rustup")] {
        let given = std::env::var_os(name).map_or_else(|| home.join(folder), PathBuf::from);
        command.env(name, given);
    }
    command.env("CARGO_BUILD_BUILD_DIR", super::bin().parent().unwrap());
    // Everything was fetched when the workers were built; nothing here depends on the state of a registry.
    command.env("CARGO_NET_OFFLINE", "true");
}

/// The folder of a package that a worker is compiled with, as cargo keeps it.
pub fn folder_of(worker: &str, package: &str) -> PathBuf {
    let manifest = repository().join("workers").join(worker).join("Cargo.toml");
    let mut command = Command::new("cargo");
    command.args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    let found = packages.iter().find(|one| one["name"] == package).unwrap();
    Path::new(found["manifest_path"].as_str().unwrap()).parent().unwrap().to_owned()
}

/// Copies a package into a home, as a checkout of its own.
pub fn copy(home: &Home, from: &Path, to: &str) {
    copy_tree(from, &home.path(to));
    let manifest = home.path(to).join("Cargo.toml");
    // Wherever the home is: no folder above it is its workspace.
    let text = std::fs::read_to_string(&manifest).unwrap() + "\n[workspace]\n";
    std::fs::write(manifest, text).unwrap();
}

fn copy_tree(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_tree(&path, &target);
        } else {
            // The copy's owner may write to it, whatever the rights of the original.
            std::fs::write(target, std::fs::read(&path).unwrap()).unwrap();
        }
    }
}

/// Replaces a text in a file, which must be there.
pub fn change(home: &Home, file: &str, from: &str, to: &str) {
    let path = home.path(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from:?}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}
