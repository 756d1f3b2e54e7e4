//! Workers are executables named `kymo-worker-NAME`, found beside `kymo`, in folders given, or on `PATH`.

use super::conversation::Conversation;
use super::process::Start;
use crate::protocol::{Hello, PROTOCOL};
use kymo_model::Settings;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a worker may take to say hello. Engines start in milliseconds; a loaded machine gets a thousand times that.
const HELLO_TIMEOUT: Duration = Duration::from_secs(20);

const PREFIX: &str = "kymo-worker-";

/// Workers that exist to test the harness; lists do not show them.
const FOR_TESTS: [&str; 2] = ["mock", "bad"];

/// An executable that speaks the worker protocol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerProgram {
    /// The engine's name, from the file's name.
    pub name: String,
    /// The executable.
    pub path: PathBuf,
}

/// Why no worker, or no hello, could be had.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// There is no such worker.
    #[error("no engine '{name}' was found; found are: {found}\n{hint}")]
    NotFound {
        /// The name asked for.
        name: String,
        /// The names that were found, for the message.
        found: String,
        /// What to do about it.
        hint: String,
    },
    /// The worker could not be started or broke the protocol at once.
    #[error("the worker {path} cannot be used: {problem}")]
    Unusable {
        /// The executable.
        path: PathBuf,
        /// What it did.
        problem: String,
    },
    /// The worker speaks another version of the protocol.
    #[error("the worker {path} speaks protocol {theirs}, this kymo speaks {PROTOCOL}: {advice}")]
    Version {
        /// The executable.
        path: PathBuf,
        /// The version in its hello.
        theirs: u32,
        /// Which of the two to update.
        advice: &'static str,
    },
}

/// Finds workers in a fixed list of folders, first match wins.
#[derive(Clone, Debug)]
pub struct Finder {
    folders: Vec<PathBuf>,
}

impl Finder {
    /// A finder that looks in these folders, in this order.
    pub fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders }
    }

    /// Every worker found, by name. The harness's own test workers are left out unless `for_tests`.
    pub fn all(&self, for_tests: bool) -> BTreeMap<String, WorkerProgram> {
        let mut found = BTreeMap::new();
        for folder in &self.folders {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let file = entry.file_name();
                let Some(name) = file.to_str().and_then(|file| file.strip_prefix(PREFIX)) else {
                    continue;
                };
                // Build folders hold `kymo-worker-x.d` and the like beside the executables.
                let hidden = name.contains('.') || (!for_tests && FOR_TESTS.contains(&name));
                if !hidden && is_executable(&entry.path()) {
                    let program = WorkerProgram { name: name.to_owned(), path: entry.path() };
                    found.entry(name.to_owned()).or_insert(program);
                }
            }
        }
        found
    }

    /// The worker for the engine `name`.
    ///
    /// # Errors
    /// [`FindError::NotFound`] with the names that were found and how to build a worker that is known.
    pub fn find(&self, name: &str) -> Result<WorkerProgram, FindError> {
        let file = format!("{PREFIX}{name}");
        for folder in &self.folders {
            let path = folder.join(&file);
            if is_executable(&path) {
                return Ok(WorkerProgram { name: name.to_owned(), path });
            }
        }
        let names: Vec<String> = self.all(false).into_keys().collect();
        let found = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let hint = match name {
            "wasmtime" | "wasmi" | "wasmer" | "wasm2c" | "native" | "exec" | "sightglass" => {
                format!("build it with: make worker-{name}")
            }
            "javascript" => "set it up with: make worker-javascript".to_owned(),
            _ => format!("an engine is an executable named {file} beside kymo or on PATH"),
        };
        Err(FindError::NotFound { name: name.to_owned(), found, hint })
    }
}

fn is_executable(path: &Path) -> bool {
    path.metadata().is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
}

impl WorkerProgram {
    /// Starts the worker, reads its hello and ends it.
    ///
    /// # Errors
    /// [`FindError::Unusable`] when it does not start or does not say hello in time, [`FindError::Version`] when it
    /// speaks another protocol.
    pub fn hello(&self, strategy: Option<&str>) -> Result<Hello, FindError> {
        self.hello_with(strategy, &Settings::new())
    }

    /// The hello that the worker says under these settings: where they name the engine itself (a library, a command),
    /// its build is known only then.
    ///
    /// # Errors
    /// Those of [`WorkerProgram::hello`].
    pub fn hello_with(&self, strategy: Option<&str>, settings: &Settings) -> Result<Hello, FindError> {
        let unusable = |problem: String| FindError::Unusable { path: self.path.clone(), problem };
        let start = Start { program: &self.path, strategy, settings, padding_bytes: 0, simulation: None, cpus: &[] };
        let mut conversation = Conversation::start(&start).map_err(|error| unusable(error.to_string()))?;
        let hello = conversation.hello(std::time::Instant::now() + HELLO_TIMEOUT, &mut |_| None);
        let end = conversation.finish();
        let hello =
            hello.map_err(|break_| unusable(super::judge::broken(&break_, &end, &conversation).reason_text()))?;
        if hello.protocol != PROTOCOL {
            let advice = if hello.protocol < PROTOCOL { "build the worker anew" } else { "update kymo" };
            return Err(FindError::Version { path: self.path.clone(), theirs: hello.protocol, advice });
        }
        if hello.strategies.is_empty() {
            return Err(unusable("its hello lists no strategy".to_owned()));
        }
        Ok(hello)
    }
}
