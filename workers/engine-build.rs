//! Build script of the workers: which build of the engine this is, read from the worker's own lockfile.
//!
//! The worker `kymo-worker-NAME` measures the package `NAME`. Its version and, as build id, the first digits of its
//! checksum (of its commit, where it comes from git) are handed to the code as `ENGINE_VERSION` and `ENGINE_BUILD`;
//! `KYMO_BUILD_ID` in the environment replaces the latter, for engines built from a local folder.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rerun-if-env-changed=KYMO_BUILD_ID");
    let package = std::env::var("CARGO_PKG_NAME")?;
    let engine = package.strip_prefix("kymo-worker-").ok_or("a worker's package is named kymo-worker-NAME")?;
    let lockfile = std::fs::read_to_string("Cargo.lock")?;
    let name = format!("name = \"{engine}\"");
    let entry = lockfile
        .split("[[package]]")
        .find(|entry| entry.lines().any(|line| line == name))
        .ok_or("the engine is not in Cargo.lock")?;
    let value = |key: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \""));
        line.and_then(|rest| rest.strip_suffix('"'))
    };
    let version = value("version").ok_or("the engine has no version in Cargo.lock")?;
    let commit = value("source").and_then(|source| source.rsplit_once('#')).map(|(_, commit)| commit);
    let hash = value("checksum").or(commit).unwrap_or("local");
    let build = std::env::var("KYMO_BUILD_ID").unwrap_or_else(|_| hash.chars().take(12).collect());
    println!("cargo::rustc-env=ENGINE_VERSION={version}");
    println!("cargo::rustc-env=ENGINE_BUILD={build}");
    println!("cargo::rustc-env=ENGINE_TARGET={}", std::env::var("TARGET")?);
    Ok(())
}
