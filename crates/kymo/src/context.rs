//! Where things are: the only place that reads the environment, and the only one that knows the folders.

use crate::builds::Registry;
use crate::cli::{Places, When};
use crate::error::CliError;
use crate::progress::Show;
use crate::remark::remark;
use etcetera::BaseStrategy;
use kymo_store::{Store, StoreAddress};
use kymo_suite::{Package, Suites};
use kymo_worker::parent::{Finder, WorkerProgram};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

/// The places that a command works with.
pub struct Context {
    store: StoreAddress,
    cache: PathBuf,
    /// Finds suites.
    pub suites: Suites,
    /// Finds workers.
    pub finder: Finder,
    /// Engines that were built from a checkout.
    pub builds: Registry,
    /// Folders that may hold the sources of the workers.
    pub sources: Vec<PathBuf>,
    /// Where cargo keeps what builds share; none leaves it to [`Context::build_folder`].
    build_dir: Option<PathBuf>,
    /// Whether results on standard output are coloured.
    pub colour: bool,
    /// Whether standard error is a terminal, for progress.
    pub progress: bool,
    /// Whether progress is written as lines for a program.
    progress_lines: bool,
    /// Folders that may have suites, in the order in which they are looked through.
    pub suite_folders: Vec<PathBuf>,
    /// The same for workers.
    pub worker_folders: Vec<PathBuf>,
}

impl Context {
    /// Resolves what was typed against the environment and the platform's folders.
    ///
    /// # Errors
    /// When there is no home folder and no place was given.
    pub fn new(places: &Places) -> Result<Self, CliError> {
        let base = etcetera::choose_base_strategy().map_err(|error| {
            CliError::failure(error).with_hint("set HOME, or give the places with --store and --suites")
        })?;
        let beside = std::env::current_exe().ok().and_then(|path| path.parent().map(PathBuf::from));
        let data = base.data_dir().join("kymograph");
        let terminal = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let colour = match places.color {
            When::Auto => terminal,
            When::Always => true,
            When::Never => false,
        };
        let suite_folders = suite_roots(places, beside.as_ref(), &data);
        let worker_folders = worker_folders(places, beside.as_ref());
        Ok(Self {
            store: places.store.clone().unwrap_or_else(|| StoreAddress::File(data.join("kymo.db"))),
            cache: base.cache_dir().join("kymograph").join("modules"),
            suites: Suites::new(suite_folders.clone()).announcing(announce),
            finder: Finder::new(worker_folders.clone()),
            builds: Registry::new(data.join("engines")),
            sources: source_roots(beside.as_ref(), &data),
            build_dir: std::env::var_os("CARGO_BUILD_BUILD_DIR").map(PathBuf::from),
            colour,
            progress: std::io::stderr().is_terminal(),
            progress_lines: places.progress_lines,
            suite_folders,
            worker_folders,
        })
    }

    /// How the progress of a run is shown.
    pub fn show(&self, quiet: bool) -> Show {
        match (self.progress_lines, self.progress && !quiet) {
            (true, _) => Show::Lines,
            (_, true) => Show::Line,
            _ => Show::Nothing,
        }
    }

    /// Opens the store, making it on first use.
    ///
    /// # Errors
    /// Those of [`Store::connect`].
    pub fn store(&self) -> Result<Store, CliError> {
        Ok(Store::connect(&self.store)?)
    }

    /// Opens a store that must be there: looking makes none. `hint` says what makes one.
    ///
    /// # Errors
    /// When there is none; those of [`Store::connect`].
    pub fn existing_store(&self, hint: &str) -> Result<Store, CliError> {
        existing_store(&self.store, hint)
    }

    /// What benchmarks of the sightglass suite are given of the environment: whether they shall do less work.
    pub fn workload(&self) -> BTreeMap<String, String> {
        let name = kymo_suite::sightglass::SMALL_WORKLOAD;
        std::env::var(name).ok().map(|value| (name.to_owned(), value)).into_iter().collect()
    }

    /// Where the store is.
    pub fn store_address(&self) -> &StoreAddress {
        &self.store
    }

    /// Whether there is a store: a file that looking must not make, or a database, which tells when it is asked.
    pub fn store_exists(&self) -> bool {
        self.store.file().is_none_or(std::path::Path::exists)
    }

    /// The folder for files that are gone when the command ends, as the system has it.
    pub fn temporary(&self) -> PathBuf {
        std::env::temp_dir()
    }

    /// Where the site of this store is published for the server: a folder of its own in the cache.
    pub fn site_folder(&self) -> PathBuf {
        use sha2::{Digest, Sha256};
        let digest = match &self.store {
            StoreAddress::File(path) => {
                let path = path.canonicalize().unwrap_or_else(|_| path.clone());
                Sha256::digest(path.as_os_str().as_encoded_bytes())
            }
            // Another password is no other store.
            url @ StoreAddress::Postgres(_) => Sha256::digest(url.to_string()),
        };
        let name: String = digest.iter().take(6).map(|byte| format!("{byte:02x}")).collect();
        self.cache.with_file_name("sites").join(name)
    }

    /// Where the server of this store keeps what it can fetch again: a folder of its own in the cache.
    pub fn server_folder(&self) -> PathBuf {
        let site = self.site_folder();
        let name = site.file_name().unwrap_or_default();
        self.cache.with_file_name("servers").join(name)
    }

    /// Keys, regions and endpoints of object stores, as the stores' own tools read them.
    pub fn store_settings(&self) -> Vec<(String, String)> {
        let ours = |name: &str| ["AWS_", "GOOGLE_", "AZURE_"].iter().any(|start| name.starts_with(start));
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .filter(|(name, _)| ours(name))
            .collect()
    }

    /// The worker of an engine: the installed one, or that of a registered build.
    ///
    /// # Errors
    /// When there is none.
    pub fn worker(&self, engine: &str, build: Option<&str>) -> Result<WorkerProgram, CliError> {
        match build {
            None => Ok(self.finder.find(engine)?),
            Some(name) => Ok(self.builds.find(engine, name)?.program),
        }
    }

    /// Where cargo keeps what the builds of an engine share: where the user told cargo, else in the cache.
    pub fn build_folder(&self, engine: &str) -> PathBuf {
        let own = || self.cache.with_file_name("engine-builds").join(engine);
        self.build_dir.clone().unwrap_or_else(own)
    }

    /// The compiler flags of the environment, which those of a build are added to.
    pub fn rustflags(&self) -> Option<String> {
        std::env::var("RUSTFLAGS").ok()
    }

    /// A folder for the guest's output, in memory where there is such a place and nobody chose another: a disk's
    /// journal beside the measurements is noise.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn scratch(&self) -> Result<tempfile::TempDir, CliError> {
        const IN_MEMORY: &str = "/dev/shm";
        let builder = || {
            let mut builder = tempfile::Builder::new();
            builder.prefix("kymo-");
            builder
        };
        if std::env::var_os("TMPDIR").is_none()
            && let Ok(folder) = builder().tempdir_in(IN_MEMORY)
        {
            return Ok(folder);
        }
        builder().tempdir().map_err(|error| {
            CliError::failure(format!("cannot make a folder for the guest's output: {error}"))
                .with_hint("set TMPDIR to a folder that can be written")
        })
    }

    /// The folder for modules translated from text or fetched.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn cache(&self) -> Result<&std::path::Path, CliError> {
        std::fs::create_dir_all(&self.cache)
            .map_err(|error| CliError::failure(format!("cannot make the folder {}: {error}", self.cache.display())))?;
        Ok(&self.cache)
    }
}

/// Opens the store at an address, which must be there: looking makes none. `hint` says what makes one.
///
/// # Errors
/// When there is none; those of [`Store::connect`].
pub fn existing_store(address: &StoreAddress, hint: &str) -> Result<Store, CliError> {
    match address.file() {
        Some(path) if !path.exists() => {
            Err(CliError::usage(format!("there is no store at {}", path.display())).with_hint(hint))
        }
        _ => Ok(Store::connect(address)?),
    }
}

/// Downloading takes a while, and it is somebody else's machine that is asked: that is said.
fn announce(package: &Package) {
    remark(format_args!("fetching {package}"));
}

/// Suites are looked for where the user says, in the working folder, where they were installed, and where this program
/// was built, which is what makes a clone work without setting anything.
fn suite_roots(places: &Places, beside: Option<&PathBuf>, data: &std::path::Path) -> Vec<PathBuf> {
    let mut roots = places.suites.clone();
    roots.push(PathBuf::from("suites"));
    roots.extend(beside.map(|folder| folder.join("suites")));
    roots.extend(beside.map(|folder| folder.join("../share/kymograph/suites")));
    roots.push(data.join("suites"));
    roots.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../suites"));
    let mut known = Vec::new();
    roots.retain(|root| match root.canonicalize() {
        Ok(path) if known.contains(&path) => false,
        Ok(path) => {
            known.push(path);
            true
        }
        // A folder that was asked for and is not there is the suites' own to complain of.
        Err(_) => places.suites.contains(root),
    });
    roots
}

/// The sources of the workers: where the user says, where they were installed, and where this program was built.
fn source_roots(beside: Option<&PathBuf>, data: &std::path::Path) -> Vec<PathBuf> {
    if let Some(folder) = std::env::var_os("KYMO_SOURCES") {
        return vec![PathBuf::from(folder)];
    }
    let mut roots: Vec<PathBuf> = beside.into_iter().map(|folder| folder.join("../share/kymograph/source")).collect();
    roots.push(data.join("source"));
    roots.push(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../.."));
    roots
}

fn worker_folders(places: &Places, beside: Option<&PathBuf>) -> Vec<PathBuf> {
    let mut folders = places.workers.clone();
    folders.extend(beside.cloned());
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders
}
