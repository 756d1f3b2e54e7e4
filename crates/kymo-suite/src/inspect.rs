//! What a module is, requires, exports and imports.
//!
//! Nothing is compiled and nothing is guessed from names: a feature is required when the module does not validate
//! without it, and an import is provided when it is one that the worker protocol promises.

mod component;
mod core;
mod fibers;
mod proposals;
mod provided;
mod sockets;

use kymo_model::{Bytes, Feature, ModuleHash, ModuleKind};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use wasmparser::Parser;

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
    /// What is imported.
    pub imports: Vec<Import>,
    /// What an engine must support.
    pub features: BTreeSet<Feature>,
    /// Whether it exports a program's start: `_start`, or `wasi:cli/run` of a component.
    pub has_start: bool,
    /// Whether it is a component that handles requests of HTTP; it needs no start.
    pub handles_http: bool,
    /// What nobody provides, each a phrase for people: imports, and proposals that Kymograph has no name for.
    pub unprovided: Vec<String>,
}

/// An import of a module or component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The first of the two names of a core module's import; empty for a component, whose imports have one name.
    pub module: String,
    /// The name.
    pub name: String,
    /// What is imported: `func`, `memory`, `instance` …
    pub kind: &'static str,
}

impl Inspection {
    /// Whether the module imports one of `bench.start` and `bench.end`, so that it brackets its region itself.
    pub fn brackets_region(&self) -> bool {
        self.imports
            .iter()
            .any(|import| import.module == "bench" || (import.module.is_empty() && import.name == "bench"))
    }
}

impl std::fmt::Display for Import {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.module.is_empty() {
            write!(f, "{:?}.", self.module)?;
        }
        write!(f, "{:?} ({})", self.name, self.kind)
    }
}

/// What programs and libraries of Unix begin with, such as sightglass's benchmarks for the machine itself.
const ELF: &[u8] = b"\x7fELF";

/// Why bytes are no module.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// No bytes at all.
    #[error("the file is empty; a module has at least 8 bytes")]
    Empty,
    /// Other bytes than those every module begins with.
    #[error("this is not WebAssembly: it begins with {found}, a module with 00 61 73 6d")]
    NotWasm {
        /// The first four bytes, or fewer.
        found: String,
    },
    /// Truncated, malformed or ill-typed.
    #[error("this is not a valid module: at byte {offset} ({offset:#x}): {reason}")]
    Invalid {
        /// Where, in bytes from the start.
        offset: u64,
        /// What the parser says.
        reason: String,
    },
}

impl From<wasmparser::Error> for InspectError {
    fn from(error: wasmparser::Error) -> Self {
        Self::Invalid {
            offset: error.offset(),
            // Some messages hold the indentation of the parser's source.
            reason: error.message().split_whitespace().collect::<Vec<_>>().join(" "),
        }
    }
}

/// The SHA-256 of `bytes`.
pub fn hash(bytes: &[u8]) -> ModuleHash {
    ModuleHash::from_bytes(Sha256::digest(bytes).into())
}

/// Looks into a module.
pub fn inspect(bytes: &[u8]) -> Result<Inspection, InspectError> {
    if bytes.is_empty() {
        return Err(InspectError::Empty);
    }
    if !bytes.starts_with(b"\0asm") {
        let found: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let native = if bytes.starts_with(ELF) { " (a native program or library)" } else { "" };
        let found = found.join(" ") + native;
        return Err(InspectError::NotWasm { found });
    }
    let kind = if Parser::is_component(bytes) { ModuleKind::Component } else { ModuleKind::Core };
    let proposals = proposals::required(bytes, kind)?;
    let surface = match kind {
        ModuleKind::Core => core::surface(&proposals.types),
        ModuleKind::Component => component::surface(bytes, &proposals.types)?,
    };
    let mut features = proposals.features;
    features.extend(surface.features);
    let mut unprovided = surface.unprovided;
    unprovided.extend(
        proposals.unnamed.into_iter().map(|name| format!("the proposal {name}, which Kymograph does not know")),
    );
    Ok(Inspection {
        kind,
        size: Bytes::new(bytes.len() as u64),
        sha256: hash(bytes),
        exports: surface.exports,
        imports: surface.imports,
        features,
        has_start: surface.has_start,
        handles_http: surface.handles_http,
        unprovided,
    })
}

/// What shows from outside.
#[derive(Default)]
struct Surface {
    exports: Vec<String>,
    imports: Vec<Import>,
    features: BTreeSet<Feature>,
    has_start: bool,
    handles_http: bool,
    unprovided: Vec<String>,
}
