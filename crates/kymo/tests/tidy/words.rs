//! What must not get into the repository: places of somebody's machine, and registries of somebody's network.

use crate::repository::files;

/// Puts a word together, so that this file does not hold what it looks for.
fn word(parts: [&str; 3]) -> String {
    parts.concat()
}

#[test]
fn no_path_of_a_machine_is_in_the_repository() {
    let places = [word(["/wo", "rk", "/"]), word(["/ro", "ot", "/"]), word(["/ho", "me", "/"])];
    for file in files(&["."], &[]) {
        let found: Vec<_> = places.iter().filter(|place| file.text.contains(*place)).collect();
        assert!(found.is_empty(), "{} names {found:?}", file.name);
    }
}

#[test]
fn lockfiles_know_the_public_registry_only() {
    let public = "source = \"registry+https://github.com/rust-lang/crates.io-index\"";
    for file in files(&["."], &["Cargo.lock"]) {
        for line in file.text.lines().filter(|line| line.starts_with("source = \"")) {
            let from_git = line.starts_with("source = \"git+https://");
            assert!(line == public || from_git, "{}: {line}", file.name);
        }
    }
}

#[test]
fn no_registry_is_configured_here() {
    let signs = [word(["[sour", "ce.", ""]), word(["replace", "-with", " ="]), word(["index", "-url", " ="])];
    for file in files(&["."], &[".toml", ".npmrc", ".cfg", ".conf"]) {
        let found: Vec<_> = signs.iter().filter(|sign| file.text.contains(*sign)).collect();
        assert!(found.is_empty(), "{} configures a registry: {found:?}", file.name);
    }
}
