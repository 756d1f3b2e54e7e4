//! The suites that a user can name.

use crate::error::SuiteError;
use crate::selection::{Selected, Selection};
use std::path::{Path, PathBuf};

/// Folders that hold suites: `ROOT/NAME/suite.toml`. An earlier folder hides the suites of that name in a later one.
#[derive(Clone, Debug)]
pub struct Suites {
    roots: Vec<PathBuf>,
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
}

impl Suites {
    /// The suites in these folders. Nothing is read yet, and a folder need not exist.
    pub fn new(roots: Vec<PathBuf>) -> Self {
        Self { roots }
    }

    /// All suites, by name. A broken `suite.toml` is an error.
    pub fn list(&self) -> Result<Vec<SuiteSummary>, SuiteError> {
        let _ = &self.roots;
        todo!("skeleton")
    }

    /// The benchmarks that `target` means: `SUITE`, `SUITE/BENCH`, `SUITE/BENCH:FLAVOUR`, or the path of a
    /// `suite.toml` or of the folder that holds one. Text modules are translated into `cache`.
    pub fn select(&self, target: &str, selection: &Selection, cache: &Path) -> Result<Vec<Selected>, SuiteError> {
        let _ = (target, selection, cache);
        todo!("skeleton")
    }
}
