//! The making of a build, from the wish to the registered worker.

use super::cargo::{self, Ended};
use super::checkout::{Checkout, Package};
use super::record::{RECORD_SCHEMA, Record, Source};
use super::registry::{Registry, remove_folder, valid_name};
use super::worker::Worker;
use super::{diagnosis, identity, package};
use crate::error::CliError;
use kymo_measure::clock::{Clock, SystemClock};
use kymo_worker::parent::WorkerProgram;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is to be built.
pub struct Wish {
    /// The engine's name.
    pub engine: String,
    /// The build's name.
    pub name: String,
    /// The folders of the checkout.
    pub paths: Vec<PathBuf>,
    /// Flags of the compiler.
    pub rustflags: String,
    /// Whether `rustflags` are to replace what cargo's configuration says.
    pub rustflags_given: bool,
    /// Settings of the release profile.
    pub profile: BTreeMap<String, String>,
    /// Features of the engine's package, beside the worker's.
    pub features: Vec<String>,
    /// Whether a build of this name may be replaced.
    pub force: bool,
    /// Whether cargo's progress is shown.
    pub progress: bool,
    /// Folders that may hold the sources of the workers, the first that does counts.
    pub sources: Vec<PathBuf>,
    /// Where cargo keeps what builds of this engine share.
    pub between: PathBuf,
}

/// Makes a build and registers it.
///
/// # Errors
/// When something in the wish is wrong, the checkout does not build, or the worker does not build against it. A build
/// that had the name before is then still there.
pub fn make(registry: &Registry, wish: &Wish) -> Result<Record, CliError> {
    let (engine, name) = (wish.engine.as_str(), wish.name.as_str());
    valid_name(name).map_err(|error| CliError::usage(format!("--name: {error}")))?;
    if registry.holds(engine, name) && !wish.force {
        return Err(CliError::usage(format!("there is a build {engine}@{name} already")).with_hint(format!(
            "choose another name, or replace it with --force; kymo engine remove {engine}@{name} removes it"
        )));
    }
    let worker = Worker::read(&wish.sources, engine)?;
    let checkout = Checkout::read(&wish.paths)?;
    let package = checkout.package(engine).ok_or_else(|| not_of(engine, &checkout))?;
    let used = checkout.reached(&worker.requirements());
    let sources = identified(&checkout, &used)?;
    let folder = lay_out(registry, wish, &worker, &checkout, &used)?;
    let cannot = |error| CliError::failure(format!("cannot make {}: {error}", folder.display()));
    let toolchain = cargo::toolchain(&folder)?;
    if let Some(error) = diagnosis::too_old_for(package, &used, &toolchain) {
        return Err(error);
    }
    let own = identity::hash_of_folders(&worker.folders()?)?;
    let build_id = build_id(&sources, &own, &toolchain, wish);
    let target = folder.join("target");
    let ended = cargo::build(&cargo::Order {
        package: &folder,
        target: &target,
        between: &wish.between,
        build_id: &build_id,
        rustflags: wish.rustflags_given.then_some(wish.rustflags.as_str()),
        log: &folder.join("build.log"),
        progress: wish.progress,
    })?;
    if let Some(error) = diagnosis::of(&ended, &worker, &checkout, package, &folder) {
        return Err(error);
    }
    if identified(&checkout, &used)? != sources {
        return Err(CliError::failure("the checkout changed while it was built; build it again"));
    }
    if let Ended::Built(program) = &ended {
        // A copy of its own: what cargo keeps may be another build's tomorrow.
        let own = folder.join(format!("kymo-worker-{engine}"));
        std::fs::copy(program, &own).map_err(cannot)?;
        greets(engine, &own, &build_id)?;
    }
    remove_folder(&target).map_err(cannot)?;
    let record = Record {
        schema: RECORD_SCHEMA,
        engine: engine.to_owned(),
        name: name.to_owned(),
        version: package.version.clone(),
        build_id,
        built_unix_s: SystemClock.unix_s(),
        sources,
        packages: used.iter().map(|package| (package.name.clone(), package.version.clone())).collect(),
        rustflags: wish.rustflags.clone(),
        profile: wish.profile.clone(),
        features: wish.features.clone(),
        toolchain,
        kymo: env!("CARGO_PKG_VERSION").to_owned(),
    };
    registry.register(&record)?;
    Ok(record)
}

/// Downloads what a build needs beside the checkout, so that it can be made without a network. Nothing is compiled.
///
/// # Errors
/// When something in the wish is wrong, or cargo cannot get it.
pub fn fetch(registry: &Registry, wish: &Wish) -> Result<(), CliError> {
    let worker = Worker::read(&wish.sources, &wish.engine)?;
    let checkout = Checkout::read(&wish.paths)?;
    checkout.package(&wish.engine).ok_or_else(|| not_of(&wish.engine, &checkout))?;
    let used = checkout.reached(&worker.requirements());
    let folder = lay_out(registry, wish, &worker, &checkout, &used)?;
    cargo::fetch(&folder, wish.progress)?;
    remove_folder(&folder).map_err(|error| CliError::failure(format!("cannot remove {}: {error}", folder.display())))
}

/// Writes the package that is built, into a folder of its own.
fn lay_out(
    registry: &Registry,
    wish: &Wish,
    worker: &Worker,
    checkout: &Checkout,
    used: &[&Package],
) -> Result<PathBuf, CliError> {
    let manifest = package::manifest(worker, checkout, used, wish)?;
    let folder = registry.workshop_of(&wish.engine, &wish.name);
    let cannot = |error| CliError::failure(format!("cannot make {}: {error}", folder.display()));
    remove_folder(&folder).map_err(cannot)?;
    std::fs::create_dir_all(&folder).map_err(cannot)?;
    package::write(&folder, worker, &manifest, &package::lockfile(worker, used))?;
    Ok(folder)
}

fn not_of(engine: &str, checkout: &Checkout) -> CliError {
    const NAMES_MAX: usize = 8;
    let names: Vec<&str> = checkout.names().collect();
    let more = if names.len() > NAMES_MAX { " …" } else { "" };
    let paths: Vec<String> = checkout.paths.iter().map(|path| path.display().to_string()).collect();
    CliError::usage(format!(
        "{} is no checkout of {engine}: its packages are {}{more}",
        paths.join(", "),
        names[..names.len().min(NAMES_MAX)].join(", ")
    ))
    .with_hint(format!("--path names a folder that holds the package '{engine}'"))
}

fn identified(checkout: &Checkout, used: &[&Package]) -> Result<Vec<Source>, CliError> {
    checkout.paths.iter().map(|path| identity::identify(path, used)).collect()
}

/// Sources, then a short hash of all else that makes one program differ from another: the worker's own sources among it, for
/// two builds of one engine with different workers are no A/A.
fn build_id(sources: &[Source], worker: &str, toolchain: &str, wish: &Wish) -> String {
    let whole: Vec<String> = sources.iter().map(Source::short).collect();
    let profile: Vec<String> = wish.profile.iter().map(|(key, value)| format!("{key}={value}")).collect();
    let (whole_text, profile, features) = (whole.join(" "), profile.join(" "), wish.features.join(" "));
    let rest = [&whole_text, worker, toolchain, &wish.rustflags, &profile, &features];
    let first = whole.first().map_or("", String::as_str);
    format!("{first}+{}", &identity::hash_of(&rest)[..8])
}

/// A worker that was built must be able to say who it is.
fn greets(engine: &str, path: &Path, build_id: &str) -> Result<(), CliError> {
    let program = WorkerProgram { name: engine.to_owned(), path: path.to_owned() };
    let hello = program.hello(None).map_err(|error| CliError::failure(format!("it was built, but {error}")))?;
    if !hello.build_id.starts_with(build_id) {
        let told = hello.build_id;
        return Err(CliError::failure(format!("the worker says that it is build {told}, not {build_id}"))
            .with_hint("workers tell KYMO_BUILD_ID, as workers/engine-build.rs has it"));
    }
    Ok(())
}
