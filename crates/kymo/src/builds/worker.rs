//! The sources of our workers, which builds are made from.

use super::package::shared;
use crate::error::CliError;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The sources of one worker.
pub struct Worker {
    /// The engine's name.
    pub engine: String,
    /// The folder with the worker's package.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Table,
    /// Its lockfile's text.
    pub lockfile: String,
}

impl Worker {
    /// Reads the worker for `engine` below the first of `roots` that holds workers.
    ///
    /// # Errors
    /// When there are no sources, or none of a worker that is compiled against an engine of that name.
    pub fn read(roots: &[PathBuf], engine: &str) -> Result<Self, CliError> {
        let Some(root) = roots.iter().find(|root| root.join("crates/kymo-worker/Cargo.toml").is_file()) else {
            let places: Vec<String> = roots.iter().map(|root| root.display().to_string()).collect();
            return Err(CliError::failure(format!("the sources of kymo's workers are not in {}", places.join(", ")))
                .with_hint("set KYMO_SOURCES to a clone of Kymograph's repository"));
        };
        let known = engines(root);
        if !known.iter().any(|name| name == engine) {
            return Err(CliError::usage(format!(
                "no engine '{engine}' can be built; those with a worker in Rust are: {}",
                known.join(", ")
            )));
        }
        let folder = root.join("workers").join(engine);
        let manifest = table(&folder.join("Cargo.toml"))?;
        let path = folder.join("Cargo.lock");
        let lockfile = std::fs::read_to_string(&path)
            .map_err(|error| CliError::failure(format!("cannot read {}: {error}", path.display())))?;
        Ok(Self { engine: engine.to_owned(), folder, manifest, lockfile })
    }

    /// The version of the engine that the worker is written for: the one in its lockfile.
    pub fn written_for(&self) -> Option<String> {
        let lock: Table = self.lockfile.parse().ok()?;
        let packages = lock.get("package")?.as_array()?;
        let named = |package: &&Value| package.get("name").and_then(Value::as_str) == Some(self.engine.as_str());
        Some(packages.iter().find(named)?.get("version")?.as_str()?.to_owned())
    }

    /// The folders whose files the worker is compiled from, beside the engine and what comes from a registry.
    ///
    /// # Errors
    /// When a manifest cannot be read.
    pub fn folders(&self) -> Result<Vec<PathBuf>, CliError> {
        let mut folders = Vec::new();
        add_local(&self.folder, &mut folders)?;
        folders.extend(shared(&self.folder));
        Ok(folders)
    }

    /// The names of the packages that the worker depends on itself.
    pub fn requirements(&self) -> Vec<String> {
        dependencies(&self.manifest).map(|table| table.keys().cloned().collect()).unwrap_or_default()
    }
}

/// A package and the local ones that it is made of, each once.
fn add_local(folder: &Path, into: &mut Vec<PathBuf>) -> Result<(), CliError> {
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    if into.contains(&folder) {
        return Ok(());
    }
    let manifest = table(&folder.join("Cargo.toml"))?;
    into.push(folder.clone());
    for (_, dependency) in dependencies(&manifest).into_iter().flatten() {
        if let Some(path) = dependency.get("path").and_then(Value::as_str) {
            add_local(&folder.join(path), into)?;
        }
    }
    Ok(())
}

/// The table of a manifest's dependencies.
pub fn dependencies(manifest: &Table) -> Option<&Table> {
    manifest.get("dependencies")?.as_table()
}

/// A manifest.
///
/// # Errors
/// When it cannot be read or is no TOML.
pub fn table(path: &Path) -> Result<Table, CliError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| CliError::failure(format!("cannot read {}: {error}", path.display())))?;
    text.parse().map_err(|error| CliError::failure(format!("{}: {error}", path.display())))
}

/// The engines whose worker depends on a package of the engine's name.
fn engines(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root.join("workers")).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
    names.retain(|name| {
        let folder = root.join("workers").join(name);
        let manifest = table(&folder.join("Cargo.toml")).ok();
        let depends = manifest.as_ref().and_then(dependencies).is_some_and(|table| table.contains_key(name));
        depends && folder.join("Cargo.lock").is_file()
    });
    names.sort_unstable();
    names
}
