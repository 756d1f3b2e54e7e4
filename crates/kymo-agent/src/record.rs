//! What is kept of a job on disk, so that nothing is lost with the agent.

use kymo_model::Commit;
use kymo_model::watch::{EndRequest, EnvironmentDigest, JobEnd, LeaseId, Order, RegressionRule, Step};
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The version of the form.
pub(crate) const VERSION: u32 = 1;

/// A job in hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobRecord {
    /// Version of this form.
    pub(crate) version: u32,
    /// The lease.
    pub(crate) lease: LeaseId,
    /// What to do.
    pub(crate) order: Order,
    /// The step that was reached: those before it are done.
    pub(crate) step: Step,
    /// How often the agent was lost during this step.
    pub(crate) losses: u32,
    /// Bytes of the job's log that the server had before this try.
    pub(crate) log_base: Option<u64>,
    /// The commit as the checkout shows it.
    pub(crate) commit: Option<Commit>,
    /// The environment.
    pub(crate) environment: Option<EnvironmentDigest>,
    /// What counts as a regression by the commit's `kymo.toml`.
    #[serde(default)]
    pub(crate) regression: Option<RegressionRule>,
    /// The root file system of it in the cache, which stays as long as the job is in hand.
    pub(crate) environment_root: Option<PathBuf>,
    /// The measures that are done, and their results.
    pub(crate) measured: Vec<Measured>,
    /// What goes to the server at the end, once that is decided.
    pub(crate) end: Option<EndRequest>,
    /// When the agent took it, as seconds since 1970-01-01 UTC.
    pub(crate) taken_unix_s: u64,
}

/// A measure that is done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Measured {
    /// Its name in kymo.toml.
    pub(crate) name: String,
    /// SHA-256 of each of its results, which lie beside under that name.
    pub(crate) results: Vec<String>,
    /// How it failed, if it did.
    pub(crate) failed: Option<JobEnd>,
}

/// Writes a file so that it is there whole or not at all, whatever happens meanwhile.
///
/// # Errors
/// Those of the file system; what was there before is there still.
pub(crate) fn write(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name, too, must be on disk.
    std::fs::File::open(folder)?.sync_all()
}

impl JobRecord {
    /// Keeps it.
    ///
    /// # Errors
    /// Those of the file system; what was kept before is there still.
    pub(crate) fn save(&self, path: &Path) -> std::io::Result<()> {
        write(path, &serde_json::to_vec_pretty(self)?)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(crate) fn load(path: &Path) -> Result<Self, String> {
        let text = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        let record: Self = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        match record.version {
            VERSION => Ok(record),
            other => Err(format!("{} is of version {other}; this agent knows {VERSION}", path.display())),
        }
    }

    /// The results of all measures.
    pub(crate) fn results(&self) -> Vec<String> {
        self.measured.iter().flat_map(|one| one.results.iter().cloned()).collect()
    }
}
