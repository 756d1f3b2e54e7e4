//! The package that is generated for a build: the worker's sources, with the checkout's packages patched in.

use super::checkout::{Checkout, Package};
use super::make::Wish;
use super::worker::Worker;
use crate::error::CliError;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use toml::{Table, Value};

/// The manifest of the package, as text.
///
/// # Errors
/// When the worker asks for a feature that the checkout's package lacks, or a setting of the profile is no value.
pub fn manifest(worker: &Worker, checkout: &Checkout, used: &[&Package], wish: &Wish) -> Result<String, CliError> {
    let mut manifest = worker.manifest.clone();
    if let Some(package) = sub_table(&mut manifest, "package") {
        let own = package.get("version").and_then(Value::as_str).unwrap_or("0.0.0");
        // Cargo names what it makes by package and version: builds that share a folder for that must differ in one.
        let mark = super::identity::hash_of(&[&wish.name]);
        let version = format!("{own}+build.{}", &mark[..12]);
        package.insert("version".to_owned(), Value::String(version));
        let script = package.get("build").and_then(Value::as_str).and_then(|path| Path::new(path).file_name());
        if let Some(script) = script.map(|name| name.to_string_lossy().into_owned()) {
            package.insert("build".to_owned(), Value::String(script));
        }
    }
    if let Some(dependencies) = sub_table(&mut manifest, "dependencies") {
        for (name, requirement) in dependencies.iter_mut() {
            *requirement = rewritten(worker, checkout.package(name), name, requirement, wish)?;
        }
    }
    let mut patches = Table::new();
    for package in used {
        let path = Value::String(package.folder().display().to_string());
        patches.insert(package.name.clone(), Value::Table(Table::from_iter([("path".to_owned(), path)])));
    }
    let patch = manifest.entry("patch").or_insert_with(|| Value::Table(Table::new()));
    if let Some(patch) = patch.as_table_mut() {
        patch.insert("crates-io".to_owned(), Value::Table(patches));
    }
    let profile = manifest.entry("profile").or_insert_with(|| Value::Table(Table::new()));
    if let Some(release) = profile.as_table_mut().and_then(|table| sub_table(table, "release")) {
        for (key, value) in &wish.profile {
            release.insert(key.clone(), profile_value(value));
        }
    }
    toml::to_string(&manifest)
        .map_err(|error| CliError::failure(format!("the manifest of the build cannot be written: {error}")))
}

fn sub_table<'a>(table: &'a mut Table, key: &str) -> Option<&'a mut Table> {
    table.entry(key).or_insert_with(|| Value::Table(Table::new())).as_table_mut()
}

/// A number or a flag where it reads as one, else a text: `lto=thin`, `codegen-units=1`, `debug=true`.
fn profile_value(text: &str) -> Value {
    let number = text.parse::<i64>().map(Value::Integer);
    number.or_else(|_| text.parse::<bool>().map(Value::Boolean)).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// A requirement of the worker, to fit the generated package.
fn rewritten(
    worker: &Worker,
    package: Option<&Package>,
    name: &str,
    requirement: &Value,
    wish: &Wish,
) -> Result<Value, CliError> {
    let mut table = match requirement {
        Value::String(version) => Table::from_iter([("version".to_owned(), Value::String(version.clone()))]),
        Value::Table(table) => table.clone(),
        other => return Ok(other.clone()),
    };
    if let Some(path) = table.get("path").and_then(Value::as_str) {
        // Our own crates: their sources stay where they are.
        let path = worker.folder.join(path);
        let path = path.canonicalize().unwrap_or(path);
        table.insert("path".to_owned(), Value::String(path.display().to_string()));
        return Ok(Value::Table(table));
    }
    let Some(package) = package else { return Ok(Value::Table(table)) };
    table.insert("version".to_owned(), Value::String(format!("={}", package.version)));
    let mut features: Vec<String> = match table.get("features").and_then(Value::as_array) {
        Some(list) => list.iter().filter_map(|feature| Some(feature.as_str()?.to_owned())).collect(),
        None => Vec::new(),
    };
    let missing: Vec<&str> =
        features.iter().map(String::as_str).filter(|feature| !package.has_feature(feature)).collect();
    if !missing.is_empty() {
        return Err(super::diagnosis::moved(worker, package, &format!("{name} has no feature {}", missing.join(", "))));
    }
    if name == worker.engine {
        if let Some(unknown) = wish.features.iter().find(|feature| !package.has_feature(feature)) {
            return Err(CliError::usage(format!("--features: {name} {} has no feature '{unknown}'", package.version)));
        }
        features.extend(wish.features.iter().cloned());
    }
    if !features.is_empty() {
        let list = features.into_iter().map(Value::String).collect();
        table.insert("features".to_owned(), Value::Array(list));
    }
    Ok(Value::Table(table))
}

/// The lockfile to begin with: the worker's, without what the checkout replaces, so that everything else keeps the
/// version that the worker is tested with.
pub fn lockfile(worker: &Worker, used: &[&Package]) -> String {
    let replaced: BTreeSet<&str> = used.iter().map(|package| package.name.as_str()).collect();
    let name = |entry: &str| {
        let line = entry.lines().find_map(|line| line.strip_prefix("name = \""));
        line.and_then(|rest| rest.strip_suffix('"')).map(str::to_owned)
    };
    let mut parts = worker.lockfile.split("[[package]]\n");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for entry in parts.filter(|entry| !name(entry).is_some_and(|name| replaced.contains(name.as_str()))) {
        text.push_str("[[package]]\n");
        text.push_str(entry);
    }
    text
}

/// Writes the package into a folder.
///
/// # Errors
/// Those of the file system.
pub fn write(folder: &Path, worker: &Worker, manifest: &str, lockfile: &str) -> Result<(), CliError> {
    let failed = |path: &Path, error| CliError::failure(format!("cannot write {}: {error}", path.display()));
    copy_tree(&worker.folder, folder, &["Cargo.toml", "Cargo.lock", "target"])?;
    let script = worker.manifest.get("package").and_then(|package| package.get("build")).and_then(Value::as_str);
    if let Some(script) = script {
        let from = worker.folder.join(script);
        let to = folder.join(from.file_name().unwrap_or_default());
        std::fs::copy(&from, &to).map_err(|error| failed(&from, error))?;
    }
    copy_shared(worker, folder)?;
    for (name, text) in [("Cargo.toml", manifest), ("Cargo.lock", lockfile)] {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|error| failed(&path, error))?;
    }
    Ok(())
}

/// The folder beside workers whose modules several of them share, as `#[path = "../../wasi/mod.rs"]`.
const SHARED: &str = "wasi";

/// The source of a worker that names it.
const MAIN: &str = "src/main.rs";

/// Copies what the worker shares with others into the package itself, and points its source there: beside the package
/// there is nothing.
fn copy_shared(worker: &Worker, folder: &Path) -> Result<(), CliError> {
    let Some(shared) = shared(&worker.folder) else { return Ok(()) };
    copy_tree(&shared, &folder.join(SHARED), &[])?;
    let main = folder.join(MAIN);
    let failed = |error| CliError::failure(format!("cannot copy {}: {error}", main.display()));
    let text = std::fs::read_to_string(&main).map_err(failed)?;
    std::fs::write(&main, text.replace(&outside(), &format!("\"../{SHARED}/"))).map_err(failed)
}

/// The folder that a worker shares with others, if its source takes something from there.
pub fn shared(worker: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(worker.join(MAIN)).ok()?;
    text.contains(&outside()).then(|| worker.join("..").join(SHARED))
}

/// How a worker's source names the folder.
fn outside() -> String {
    format!("\"../../{SHARED}/")
}

/// Copies a folder; what is named in `without` is left out at its top.
fn copy_tree(from: &Path, to: &Path, without: &[&str]) -> Result<(), CliError> {
    let failed = |path: &Path, error| CliError::failure(format!("cannot copy {}: {error}", path.display()));
    std::fs::create_dir_all(to).map_err(|error| failed(to, error))?;
    for entry in std::fs::read_dir(from).map_err(|error| failed(from, error))? {
        let path: PathBuf = entry.map_err(|error| failed(from, error))?.path();
        let name = path.file_name().unwrap_or_default();
        if without.iter().any(|other| name == *other) {
            continue;
        }
        let target = to.join(name);
        if path.is_dir() {
            copy_tree(&path, &target, &[])?;
        } else {
            std::fs::copy(&path, &target).map_err(|error| failed(&path, error))?;
        }
    }
    Ok(())
}
