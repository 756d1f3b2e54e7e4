//! The folders of the sightglass suite, which run unchanged: a module with its inputs and expected outputs beside it.

use crate::artifact::{self, ArtifactError};
use crate::error::SuiteError;
use crate::inspect::Inspection;
use crate::resolve::shown;
use kymo_model::{Check, ExpectedFile};
use std::path::{Path, PathBuf};

/// The variable by which these programs are asked for less work: the only one that they see of the user's environment.
pub const SMALL_WORKLOAD: &str = "WASM_BENCH_USE_SMALL_WORKLOAD";

/// The module of a benchmark's folder.
const MODULE: &str = "benchmark.wasm";

/// The module in a benchmark's folder, where `path` is one; else, by name, all modules that lie in the folder, as the
/// collections of that suite do. A folder in a suite of ours is the suite's.
pub fn modules_of(path: &Path) -> Vec<PathBuf> {
    let module = path.join(MODULE);
    if module.is_file() {
        return vec![module];
    }
    if path.join("..").join(crate::suites::FILE).is_file() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut modules: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    modules.retain(|module| module.extension().is_some_and(|extension| extension == "wasm") && module.is_file());
    modules.sort_unstable();
    modules
}

/// The modules that a `.suite` file lists: a path on each line, relative to the file; `#` begins a comment.
///
/// # Errors
/// A file that cannot be read, that lists nothing, or a line that leads nowhere.
pub fn listed(path: &Path) -> Result<Vec<PathBuf>, SuiteError> {
    let read = |source| SuiteError::Read { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(read)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut modules = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let named = folder.join(line);
        let found = if named.is_file() { vec![named] } else { modules_of(&named) };
        if found.is_empty() {
            let message = format!("line {}: there is no module '{line}' in {}", number + 1, shown_folder(folder));
            return Err(SuiteError::File { path: path.to_owned(), message });
        }
        modules.extend(found);
    }
    if modules.is_empty() {
        let message = "it lists no module; a path on each line is needed, relative to this file".to_owned();
        return Err(SuiteError::File { path: path.to_owned(), message });
    }
    Ok(modules)
}

fn shown_folder(folder: &Path) -> String {
    if folder.as_os_str().is_empty() { "this folder".to_owned() } else { folder.display().to_string() }
}

/// What lies around a module of that suite.
pub(crate) struct Surroundings {
    /// Its folder, which the program sees as `.`, read-only.
    pub(crate) folder: PathBuf,
    stdout: Option<PathBuf>,
    stderr: Option<PathBuf>,
}

/// What lies around the module at `path`, if it is one of that suite: it brackets its region, or files with the names
/// of that suite lie beside it.
pub(crate) fn surroundings(path: &Path, module: &Inspection) -> Option<Surroundings> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let expected = |stream: &str| {
        let own = folder.join(format!("{stem}.{stream}.expected"));
        let common = folder.join(format!("default.{stream}.expected"));
        [own, common].into_iter().find(|path| path.is_file())
    };
    let (stdout, stderr) = (expected("stdout"), expected("stderr"));
    let input = folder.join("default.input").is_file();
    let is_one = module.brackets_region() || stdout.is_some() || stderr.is_some() || input;
    is_one.then_some(Surroundings { folder, stdout, stderr })
}

impl Surroundings {
    /// How the output is checked: against the files that are there, line by line.
    pub(crate) fn check(&self) -> Result<Check, ArtifactError> {
        if self.stdout.is_none() && self.stderr.is_none() {
            return Ok(Check::Stable);
        }
        Ok(Check::Lines { stdout: expected(self.stdout.as_deref())?, stderr: expected(self.stderr.as_deref())? })
    }
}

fn expected(path: Option<&Path>) -> Result<Option<ExpectedFile>, ArtifactError> {
    let Some(path) = path else {
        return Ok(None);
    };
    let sha256 = crate::inspect::hash(&artifact::read(path)?);
    Ok(Some(ExpectedFile { path: shown(&artifact::absolute(path)?), sha256 }))
}
