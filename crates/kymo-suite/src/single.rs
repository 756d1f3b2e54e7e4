//! A module given by its path, without a suite.

use crate::error::SuiteError;
use crate::selection::Selected;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A file and what is to be done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SingleFile {
    /// The `.wasm` or `.wat` file, as typed.
    pub path: PathBuf,
    /// Arguments after the program's name; for an export, its parameters as numbers.
    pub args: Vec<String>,
    /// Environment of the guest.
    pub env: BTreeMap<String, String>,
    /// Host folders that the guest sees: guest path and host path.
    pub dirs: BTreeMap<String, PathBuf>,
    /// File that is the guest's standard input.
    pub stdin: Option<PathBuf>,
    /// Export to call in place of the program's start.
    pub invoke: Option<String>,
    /// File with the standard output that is expected.
    pub expect_stdout: Option<PathBuf>,
}

/// The benchmark that a single file is. Text is translated into `cache`.
pub fn single(file: &SingleFile, cache: &Path) -> Result<Selected, SuiteError> {
    let _ = (file, cache);
    todo!("skeleton")
}
