//! What a module is, requires, exports and imports.

use kymo_model::{Bytes, Feature, ModuleHash, ModuleKind};
use std::collections::BTreeSet;

/// What the bytes of a module say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Core module or component.
    pub kind: ModuleKind,
    /// Size of the file.
    pub size: Bytes,
    /// Identity.
    pub sha256: ModuleHash,
    /// Names of the exported functions.
    pub exports: Vec<String>,
    /// What an engine must support.
    pub features: BTreeSet<Feature>,
    /// Imports that nobody provides, each a phrase for people.
    pub unprovided: Vec<String>,
}

/// Why bytes are no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// No bytes at all.
    #[error("the file is empty")]
    Empty,
}

/// Looks into a module.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    let _ = bytes;
    todo!("skeleton")
}
