//! What a job's commands run in, made by kymo-sandbox from what the project's file names.

use crate::cell::Cell;
use crate::steps::Stopped;
use kymo_model::watch::{EnvironmentDigest, ProjectFile, ProjectPolicy};
use kymo_sandbox::Root;
use std::path::Path;

/// An environment.
pub(crate) struct Made {
    pub(crate) root: Root,
    pub(crate) digest: EnvironmentDigest,
}

pub(crate) fn make(_cell: &Cell, _file: &ProjectFile, _cache: &Path, _policy: &ProjectPolicy) -> Result<Made, Stopped> {
    Ok(Made { root: Root::HostTools, digest: EnvironmentDigest(kymo_sandbox::profile_digest().map_err(|error| Stopped::Machine(error.to_string()))?) })
}
