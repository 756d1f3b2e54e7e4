//! What the worker is and can do.

use crate::session::LibrarySession;
use kymo_model::{Feature, Metric, ModuleKind};
use kymo_worker::engine::{Arguments, Chosen, Engine, Meter, Session, setting};
use kymo_worker::protocol::{Accepts, Failure, Hello, Open, PROTOCOL, Setting, Strategy};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The setting that names the library.
const LIBRARY: &str = "library";

/// The setting that holds the flags for its engine.
const FLAGS: &str = "flags";

/// Digits of a hash that make a build id.
const BUILD_ID_DIGITS: usize = 12;

/// An engine library, as a worker presents it.
pub struct Sightglass {
    build_id: String,
}

impl Sightglass {
    /// For the library in this process's arguments, if there is one.
    pub fn new() -> Self {
        let hash = found(Arguments::of_process().setting(LIBRARY)).and_then(|path| sha256(&path));
        // Without a library there is no build; `open` says why.
        let build_id = hash.map_or_else(|_| "none".to_owned(), |hash| hash.chars().take(BUILD_ID_DIGITS).collect());
        Self { build_id }
    }
}

fn declared() -> Vec<Setting> {
    vec![
        setting(LIBRARY, "", Accepts::Text, "Path of the engine library; there is no engine without one."),
        setting(FLAGS, "", Accepts::Text, "Flags for the engine, as the library takes them."),
    ]
}

/// The absolute path of a library as typed.
fn found(typed: &str) -> Result<PathBuf, Failure> {
    if typed.is_empty() {
        return Err(Failure::failed("no engine library is named; write sightglass[library=PATH]"));
    }
    let path = Path::new(typed);
    path.canonicalize().map_err(|error| Failure::failed(format!("there is no engine library {typed}: {error}")))
}

fn sha256(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path)
        .map_err(|error| Failure::failed(format!("cannot read the engine library {}: {error}", path.display())))?;
    Ok(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Engine for Sightglass {
    fn hello(&self) -> Hello {
        // What the engine supports is for the engine to show; fibers of the host are an interface of our own workers.
        let others = Feature::ALL.iter().filter(|feature| **feature != Feature::HostFibers);
        let features = others.map(|feature| feature.name().to_owned()).collect();
        // The interface tells of no code.
        let metrics = Metric::of_programs().filter(|metric| !matches!(metric, Metric::CodeSize | Metric::Fuel));
        Hello {
            protocol: PROTOCOL,
            name: "sightglass".to_owned(),
            engine_version: env!("CARGO_PKG_VERSION").to_owned(),
            build_id: self.build_id.clone(),
            strategies: vec![Strategy::new("library", features, vec![ModuleKind::Core, ModuleKind::Component])],
            settings: declared(),
            metrics: metrics.map(|metric| metric.name().to_owned()).collect(),
        }
    }

    fn open(&self, open: &Open, module: Vec<u8>, meter: Meter) -> Result<Box<dyn Session>, Failure> {
        let mut chosen = Chosen::new(&declared(), &open.settings)?;
        let library = found(chosen.text(LIBRARY))?;
        let hash = sha256(&library)?;
        chosen.resolve(LIBRARY, library.display());
        chosen.resolve("library-sha256", hash);
        Ok(Box::new(LibrarySession::new(open, module, &library, chosen.all(), &meter)?))
    }
}
