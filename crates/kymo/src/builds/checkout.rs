//! The packages of a checkout, as cargo lists them.

use crate::error::CliError;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Command;

/// A package of a checkout.
#[derive(Clone, Debug, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its manifest.
    pub manifest_path: PathBuf,
    /// The oldest Rust that builds it, where it says.
    pub rust_version: Option<String>,
    features: BTreeMap<String, Vec<String>>,
    dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug, Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    optional: bool,
    rename: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

impl Package {
    /// The folder of its manifest.
    pub fn folder(&self) -> &Path {
        self.manifest_path.parent().unwrap_or(Path::new("."))
    }

    /// Whether it has a feature, or an optional dependency that stands for one.
    pub fn has_feature(&self, feature: &str) -> bool {
        let optional = |dependency: &Dependency| {
            dependency.optional && dependency.rename.as_ref().unwrap_or(&dependency.name) == feature
        };
        self.features.contains_key(feature) || self.dependencies.iter().any(optional)
    }
}

/// What a set of folders holds: packages by name.
#[derive(Debug)]
pub struct Checkout {
    /// The folders, absolute, as they were given.
    pub paths: Vec<PathBuf>,
    packages: BTreeMap<String, Package>,
}

impl Checkout {
    /// Reads the packages of the folders: a workspace, a package, or a folder of packages.
    ///
    /// # Errors
    /// For a folder that is not there, holds no package or a broken one, and for two packages of one name.
    pub fn read(paths: &[PathBuf]) -> Result<Self, CliError> {
        let mut checkout = Self { paths: Vec::new(), packages: BTreeMap::new() };
        for path in paths {
            let unusable = |what: &str| CliError::usage(format!("--path {}: {what}", path.display()));
            let folder = path.canonicalize().map_err(|_| unusable("there is no such folder"))?;
            if !folder.is_dir() {
                return Err(unusable("this is a file; name the folder of the checkout"));
            }
            for manifest in manifests(&folder) {
                for package in metadata(&manifest)? {
                    checkout.add(package)?;
                }
            }
            if !checkout.packages.values().any(|package| package.manifest_path.starts_with(&folder)) {
                return Err(unusable("neither this folder nor one in it has a Cargo.toml with a package"));
            }
            checkout.paths.push(folder);
        }
        Ok(checkout)
    }

    fn add(&mut self, package: Package) -> Result<(), CliError> {
        match self.packages.get(&package.name) {
            // A member and its workspace were both given.
            Some(known) if known.manifest_path == package.manifest_path => Ok(()),
            Some(known) => {
                let (name, one, other) = (&package.name, known.folder().display(), package.folder().display());
                Err(CliError::usage(format!("there are two packages {name}: in {one} and in {other}"))
                    .with_hint("give the folders of one checkout only"))
            }
            None => {
                self.packages.insert(package.name.clone(), package);
                Ok(())
            }
        }
    }

    /// A package by its name.
    pub fn package(&self, name: &str) -> Option<&Package> {
        self.packages.get(name)
    }

    /// The names of all packages.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().map(String::as_str)
    }

    /// The packages that are reached from these names within the checkout, tests and benches aside.
    pub fn reached(&self, from: &[String]) -> Vec<&Package> {
        let mut waiting: VecDeque<&str> = from.iter().map(String::as_str).collect();
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        while let Some(name) = waiting.pop_front() {
            let Some(package) = self.packages.get(name) else { continue };
            if seen.insert(name) {
                found.push(package);
                let used = package.dependencies.iter().filter(|one| one.kind.as_deref() != Some("dev"));
                waiting.extend(used.map(|one| one.name.as_str()));
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }
}

/// The manifest of a folder; where it has none, those of the folders in it.
fn manifests(folder: &Path) -> Vec<PathBuf> {
    let own = folder.join("Cargo.toml");
    if own.is_file() {
        return vec![own];
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.path().join("Cargo.toml")).collect();
    found.retain(|path| path.is_file());
    found.sort_unstable();
    found
}

fn metadata(manifest: &Path) -> Result<Vec<Package>, CliError> {
    let mut command = Command::new("cargo");
    command.args(["metadata", "--no-deps", "--format-version", "1", "--manifest-path"]).arg(manifest);
    let output = command.output().map_err(super::cargo::not_started)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let said = said.trim().trim_start_matches("error: ");
        return Err(CliError::usage(format!("{}: cargo cannot read it: {said}", manifest.display())));
    }
    let metadata: Metadata = serde_json::from_slice(&output.stdout).map_err(|error| {
        CliError::failure(format!("{}: 'cargo metadata' gave what cannot be read: {error}", manifest.display()))
    })?;
    Ok(metadata.packages)
}
