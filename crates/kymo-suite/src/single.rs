//! A module given by its path, without a suite.

use crate::artifact::{self, ArtifactError};
use crate::error::SuiteError;
use crate::region;
use crate::resolve::shown;
use crate::selection::Selected;
use crate::sightglass;
use kymo_model::{Benchmark, BenchmarkName, Check, Region};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

mod filled;

/// A file and what is to be done with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SingleFile {
    /// The `.wasm` or `.wat` file, as typed.
    pub path: PathBuf,
    /// Arguments after the program's name; for an export, its parameters as numbers.
    pub args: Vec<String>,
    /// Environment of the guest.
    pub env: BTreeMap<String, String>,
    /// What a benchmark of the sightglass suite gets of the user's environment, beside `env`.
    pub inherited: BTreeMap<String, String>,
    /// Host folders that the guest sees: guest path and host path.
    pub dirs: BTreeMap<String, PathBuf>,
    /// File that is the guest's standard input.
    pub stdin: Option<PathBuf>,
    /// Export to call in place of the program's start.
    pub invoke: Option<String>,
    /// File with the standard output that is expected.
    pub expect_stdout: Option<PathBuf>,
    /// Parameters: where there are any, `{name}` in the arguments, the environment and the names of the files for input
    /// and output is replaced by the value.
    pub parameters: BTreeMap<String, String>,
}

/// The benchmark that a single file is. Text is translated into `cache`. A module of the sightglass suite finds around
/// it what it finds there ([`crate::sightglass`]), unless the file is told otherwise.
pub fn single(file: &SingleFile, cache: &Path) -> Result<Selected, SuiteError> {
    let file = &filled::filled(file)?;
    let artifact = artifact::load(&file.path, cache)?;
    let asked = file.invoke.clone().map(Region::Export);
    let region = region::of(&artifact.inspection, asked.as_ref(), "--invoke NAME")
        .map_err(|message| SuiteError::File { path: file.path.clone(), message })?;
    // A function called by its name is no program that reads files and writes output.
    let around = match file.invoke {
        None => sightglass::surroundings(&file.path, &artifact.inspection),
        Some(_) => None,
    };
    let check = match (&file.expect_stdout, &around) {
        (Some(path), _) => Check::StdoutFile {
            sha256: crate::inspect::hash(&artifact::read(path)?),
            path: shown(&artifact::absolute(path)?),
        },
        (None, Some(around)) => around.check()?,
        (None, None) => Check::Stable,
    };
    let stdin = match &file.stdin {
        Some(path) => Some(input(path)?),
        None => None,
    };
    let mut dirs = BTreeMap::new();
    for (guest, host) in &file.dirs {
        dirs.insert(guest.clone(), folder(host)?);
    }
    let mut env = file.env.clone();
    if let Some(around) = around {
        if dirs.is_empty() {
            dirs.insert(".".to_owned(), folder(&around.folder)?);
        }
        for (name, value) in &file.inherited {
            env.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    let benchmark = Benchmark {
        name: BenchmarkName::composed(&shown(&file.path), None, &file.parameters),
        flavour: None,
        reference: None,
        sha256: artifact.inspection.sha256,
        module_bytes: artifact.inspection.size,
        kind: artifact.inspection.kind,
        path: shown(&artifact.path),
        args: file.args.clone(),
        env,
        stdin,
        dirs,
        requires: artifact.inspection.features,
        region,
        check,
        exit_code: 0,
        parameters: file.parameters.clone(),
        native: None,
        serve: None,
        warmup: crate::DEFAULT_WARMUP,
    };
    Ok(Selected { benchmark, unprovided: artifact.inspection.unprovided })
}

/// Absolute path of the guest's input. It may be a device or pipe, so it is not read here.
fn input(path: &Path) -> Result<String, SuiteError> {
    if !path.exists() {
        return Err(ArtifactError::Missing(path.to_owned()).into());
    }
    if path.is_dir() {
        let message = "standard input cannot be a folder".to_owned();
        return Err(SuiteError::File { path: path.to_owned(), message });
    }
    Ok(shown(&artifact::absolute(path)?))
}

fn folder(path: &Path) -> Result<String, SuiteError> {
    if !path.is_dir() {
        let message = "there is no such folder for the guest".to_owned();
        return Err(SuiteError::File { path: path.to_owned(), message });
    }
    Ok(shown(&artifact::absolute(path)?))
}
