//! The suites that a user can name.

use crate::error::{Fault, SuiteError, Unknown};
use crate::fetch::{Announce, Fetched};
use crate::resolve::{Place, SuiteFile};
use crate::selection::{Selected, Selection};
use crate::suite::{Entry, Implementation, Source};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(crate) const FILE: &str = "suite.toml";

/// Folders that hold suites: `ROOT/NAME/suite.toml`. An earlier folder hides the suites of that name in a later one.
#[derive(Clone, Debug)]
pub struct Suites {
    roots: Vec<PathBuf>,
    announce: Option<Announce>,
}

/// A suite for a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuiteSummary {
    /// Its name.
    pub name: String,
    /// What it is about.
    pub about: String,
    /// Its `suite.toml`.
    pub path: PathBuf,
    /// Its benchmarks in the order of the file.
    pub benchmarks: Vec<BenchmarkSummary>,
}

/// A benchmark for a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenchmarkSummary {
    /// Its name within the suite.
    pub name: String,
    /// What it shows.
    pub about: String,
    /// Its tags.
    pub tags: Vec<String>,
    /// Its flavours; empty where it has one implementation.
    pub flavours: Vec<String>,
    /// Where its source is.
    pub source: Option<String>,
    /// How it was built.
    pub build: Option<String>,
    /// The same program compiled for the machine itself: a file beside `suite.toml`.
    pub native: Option<String>,
    /// What can be varied: each parameter with its default.
    pub parameters: Vec<(String, String)>,
    /// The packages that its modules are fetched from; empty where they lie beside `suite.toml`.
    pub packages: Vec<String>,
}

impl Suites {
    /// The suites in these folders. Nothing is read yet, and a folder need not exist.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self { roots, announce: None }
    }

    /// Calls `announce` before a package is downloaded.
    pub fn announcing(mut self, announce: Announce) -> Self {
        self.announce = Some(announce);
        self
    }

    /// All suites, by name. A broken `suite.toml` is an error.
    pub fn list(&self) -> Result<Vec<SuiteSummary>, SuiteError> {
        let files = self.files()?;
        files.iter().map(|(name, path)| Ok(summary(&named(path, name)?))).collect()
    }

    /// The benchmarks that `target` means: `SUITE`, `SUITE/BENCH`, `SUITE/BENCH:FLAVOUR`, or the path of a
    /// `suite.toml`, of the folder that holds one, or of a benchmark in it as if it were a file there. Text modules are
    /// translated into `cache`; modules of packages are downloaded into it, where they are not there yet.
    pub fn select(&self, target: &str, selection: &Selection, cache: &Path) -> Result<Vec<Selected>, SuiteError> {
        let (file, wanted) = self.find(target)?;
        let chosen = choose(&file, wanted, &selection.tags)?;
        check_parameters(&file, &chosen, &selection.parameters)?;
        let place = Place { cache, announce: self.announce };
        let mut selected = Vec::new();
        for (entry, implementation) in chosen {
            let parameters = values(entry, selection)?;
            selected.push(file.resolve(entry, implementation, parameters, &place)?);
        }
        Ok(selected)
    }

    /// The engines that the suite of `target` is measured on where nobody names one, as typed; empty where it does not
    /// say.
    pub fn engines(&self, target: &str) -> Result<Vec<String>, SuiteError> {
        Ok(self.find(target)?.0.suite.engines)
    }

    /// Downloads the modules of `target` that are in packages, into `cache`. Those beside `suite.toml` need nothing, so
    /// a suite may give an empty list.
    pub fn fetch(&self, target: &str, selection: &Selection, cache: &Path) -> Result<Vec<Fetched>, SuiteError> {
        let (file, wanted) = self.find(target)?;
        let place = Place { cache, announce: self.announce };
        let mut all = Vec::new();
        for (entry, implementation) in choose(&file, wanted, &selection.tags)? {
            let Source::Package(module) = &implementation.source else {
                continue;
            };
            let (path, kept) = file.fetched(entry, module, &place)?;
            let bytes = path.metadata().map_err(|source| SuiteError::Read { path: path.clone(), source })?.len();
            let flavour = implementation.flavour.iter().map(|flavour| format!(":{flavour}")).collect::<String>();
            let benchmark = format!("{}/{}{flavour}", file.suite.name, entry.name);
            all.push(Fetched { benchmark, package: module.get_ref().package.clone(), path, bytes, kept });
        }
        Ok(all)
    }

    /// Whether `target` begins with a suite's name or is a suite's path.
    pub fn knows(&self, target: &str) -> Result<bool, SuiteError> {
        let name = target.split('/').next().unwrap_or_default();
        Ok(Path::new(target).join(FILE).is_file() || self.files()?.contains_key(name))
    }

    /// The suite that `target` names and what is wanted of it. A suite's name goes before a path, so that a folder
    /// in the working directory never changes what a command measures.
    fn find<'a>(&self, target: &'a str) -> Result<(SuiteFile, Option<&'a str>), SuiteError> {
        // Shells complete a folder's name with a slash.
        let (name, wanted) = match target.trim_end_matches('/').split_once('/') {
            Some((name, wanted)) => (name, Some(wanted)),
            None => (target.trim_end_matches('/'), None),
        };
        let files = self.files()?;
        if let Some(path) = files.get(name) {
            return Ok((named(path, name)?, wanted));
        }
        let path = Path::new(target);
        if path.join(FILE).is_file() {
            return Ok((SuiteFile::read(&path.join(FILE))?, None));
        }
        if path.is_file() || target.ends_with(".toml") {
            return Ok((SuiteFile::read(path)?, None));
        }
        if let Some((folder, wanted)) = target.trim_end_matches('/').rsplit_once('/')
            && Path::new(folder).join(FILE).is_file()
        {
            return Ok((SuiteFile::read(&Path::new(folder).join(FILE))?, Some(wanted)));
        }
        if path.is_dir() {
            let message = "this folder holds neither a suite.toml nor a module (.wasm)".to_owned();
            return Err(SuiteError::File { path: path.to_owned(), message });
        }
        let roots: Vec<String> = self.roots.iter().map(|root| root.display().to_string()).collect();
        Err(SuiteError::Unknown(Box::new(Unknown {
            what: "suite",
            name: name.to_owned(),
            place: if roots.is_empty() { "no folder".to_owned() } else { roots.join(", ") },
            found: files.into_keys().collect(),
        })))
    }

    /// Every `suite.toml` by the name of its folder.
    fn files(&self) -> Result<BTreeMap<String, PathBuf>, SuiteError> {
        let mut files = BTreeMap::new();
        for root in &self.roots {
            let failed = |source| SuiteError::Read { path: root.clone(), source };
            let folders = match std::fs::read_dir(root) {
                Ok(folders) => folders,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(failed(error)),
            };
            for folder in folders {
                let folder = folder.map_err(failed)?;
                let path = folder.path().join(FILE);
                if path.is_file() {
                    let name = folder.file_name().to_string_lossy().into_owned();
                    files.entry(name).or_insert(path);
                }
            }
        }
        Ok(files)
    }
}

/// The suite in a folder of this name, which must be its own: it is the name users type and results carry.
fn named(path: &Path, name: &str) -> Result<SuiteFile, SuiteError> {
    let file = SuiteFile::read(path)?;
    if file.suite.name != name {
        let message = format!("the folder is named '{name}'; give both the same name");
        return Err(file.document.locate(Fault::new(file.suite.name_at.clone(), "name", message)));
    }
    Ok(file)
}

fn summary(file: &SuiteFile) -> SuiteSummary {
    let benchmarks = file.suite.entries.iter().map(|entry| BenchmarkSummary {
        name: entry.name.clone(),
        about: entry.about.clone(),
        tags: entry.tags.clone(),
        flavours: flavours(entry),
        source: entry.source.clone(),
        build: entry.build.clone(),
        native: entry.native.clone(),
        parameters: entry.parameters.iter().map(|(name, one)| (name.clone(), one.default.clone())).collect(),
        packages: packages(entry),
    });
    SuiteSummary {
        name: file.suite.name.clone(),
        about: file.suite.about.clone(),
        path: file.document.path.clone(),
        benchmarks: benchmarks.collect(),
    }
}

fn packages(entry: &Entry) -> Vec<String> {
    let packages = entry.implementations.iter().filter_map(|implementation| match &implementation.source {
        Source::Package(module) => Some(module.get_ref().package.to_string()),
        Source::File(_) => None,
    });
    packages.collect()
}

fn flavours(entry: &Entry) -> Vec<String> {
    entry.implementations.iter().filter_map(|implementation| implementation.flavour.clone()).collect()
}

/// The benchmarks that are wanted (`BENCH` or `BENCH:FLAVOUR`) and have one of the tags.
fn choose<'a>(
    file: &'a SuiteFile,
    wanted: Option<&str>,
    tags: &[String],
) -> Result<Vec<(&'a Entry, &'a Implementation)>, SuiteError> {
    let entries = &file.suite.entries;
    let (name, flavour) = match wanted.map(|wanted| wanted.split_once(':').unwrap_or((wanted, ""))) {
        Some((name, "")) => (Some(name), None),
        Some((name, flavour)) => (Some(name), Some(flavour)),
        None => (None, None),
    };
    if let Some(name) = name.filter(|name| entries.iter().all(|entry| entry.name != *name)) {
        let found = entries.iter().map(|entry| entry.name.clone()).collect();
        return Err(unknown("benchmark", name, format!("suite {}", file.suite.name), found));
    }
    let mut chosen = Vec::new();
    for entry in entries.iter().filter(|entry| name.is_none_or(|name| entry.name == name)) {
        let flavours = flavours(entry);
        if let Some(flavour) = flavour.filter(|flavour| flavours.iter().all(|found| found != flavour)) {
            return Err(unknown("flavour", flavour, format!("{}/{}", file.suite.name, entry.name), flavours));
        }
        if tags.is_empty() || tags.iter().any(|tag| entry.tags.contains(tag)) {
            let implementations = entry.implementations.iter();
            chosen.extend(
                implementations
                    .filter(|implementation| flavour.is_none() || implementation.flavour.as_deref() == flavour)
                    .map(|implementation| (entry, implementation)),
            );
        }
    }
    if chosen.is_empty() {
        let found: BTreeSet<&str> = entries.iter().flat_map(|entry| &entry.tags).map(String::as_str).collect();
        return Err(SuiteError::Selection(format!(
            "no benchmark of {} has the tag {}; its tags are: {}",
            wanted.map_or_else(|| file.suite.name.clone(), |wanted| format!("{}/{wanted}", file.suite.name)),
            tags.join(" or "),
            join(found)
        )));
    }
    Ok(chosen)
}

fn unknown(what: &'static str, name: &str, place: String, found: Vec<String>) -> SuiteError {
    SuiteError::Unknown(Box::new(Unknown { what, name: name.to_owned(), place, found }))
}

/// A parameter that no chosen benchmark declares would be ignored in silence.
fn check_parameters(
    file: &SuiteFile,
    chosen: &[(&Entry, &Implementation)],
    parameters: &BTreeMap<String, String>,
) -> Result<(), SuiteError> {
    let declared: BTreeSet<&str> =
        chosen.iter().flat_map(|(entry, _)| entry.parameters.keys().map(String::as_str)).collect();
    match parameters.keys().find(|name| !declared.contains(name.as_str())) {
        None => Ok(()),
        Some(name) => Err(SuiteError::Selection(format!(
            "no chosen benchmark of {} has the parameter '{name}'; their parameters are: {}",
            file.suite.name,
            join(declared)
        ))),
    }
}

/// The benchmark's parameters, as asked, by tag or by default.
fn values(entry: &Entry, selection: &Selection) -> Result<BTreeMap<String, String>, SuiteError> {
    let parameters = entry.parameters.iter();
    let valued = parameters.map(|(name, parameter)| {
        let asked = selection.parameters.get(name);
        Ok((name.clone(), parameter.value(name, &entry.name, asked, &selection.tags)?))
    });
    valued.collect()
}

fn join(names: BTreeSet<&str>) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.into_iter().collect::<Vec<_>>().join(", ")
}
