//! A module on an engine of a library. The library measures: it calls the meter around its phases.

use crate::abi::{Engine, EngineLibrary, Surroundings};
use crate::capture::Capture;
use kymo_model::{Region, Settings};
use kymo_worker::engine::{Ended, Meter, Session, working_folder};
use kymo_worker::protocol::{Failure, Open};
use std::path::Path;

/// One engine, created once: it compiles, and instantiates and executes in turns.
pub struct LibrarySession {
    engine: Engine,
    capture: Capture,
    module: Vec<u8>,
    region: Region,
    settings: Settings,
}

/// What the interface has no place for.
fn refuse_what_cannot_be_passed(open: &Open) -> Result<(), Failure> {
    let lacking = [("arguments", !open.args.is_empty()), ("an environment", !open.env.is_empty())];
    match lacking.iter().find(|(_, given)| *given) {
        Some((what, _)) => Err(Failure::unsupported(format!("{what} through the interface of sightglass"))),
        None => Ok(()),
    }
}

impl LibrarySession {
    pub fn new(
        open: &Open,
        module: Vec<u8>,
        library: &Path,
        settings: Settings,
        meter: &Meter,
    ) -> Result<Self, Failure> {
        refuse_what_cannot_be_passed(open)?;
        let capture = Capture::new(Path::new(&format!("{}.engine", open.stderr)));
        let mut capture = capture.map_err(|error| broken(&error))?;
        // A guest of sightglass sees the folder of its module.
        let own_folder = Path::new(&open.module).parent();
        let folder = working_folder(open).or(own_folder).unwrap_or(Path::new("."));
        let surroundings = Surroundings {
            working_dir: folder.to_string_lossy().into_owned(),
            stdout: open.stdout.clone(),
            stderr: open.stderr.clone(),
            stdin: open.stdin.clone(),
            flags: settings.get("flags").cloned().unwrap_or_default(),
        };
        let load = || EngineLibrary::load(library).map(|functions| Engine::create(functions, surroundings, meter));
        let (created, text) = capture.during(load).map_err(|error| broken(&error))?;
        let created = created.map_err(|problem| {
            Failure::failed(format!("the engine library {} cannot be used: {problem}", library.display()))
        })?;
        let engine = created.ok_or_else(|| reported("wasm_bench_create", &text))?;
        Ok(Self { engine, capture, module, region: open.region.clone(), settings })
    }

    /// Calls a function of the library and turns its error into a failure with its text.
    fn call(&mut self, name: &str, function: impl FnOnce(&mut Engine, &[u8]) -> bool) -> Result<(), Failure> {
        let Self { engine, capture, module, .. } = self;
        let (success, text) = capture.during(|| function(engine, module)).map_err(|error| broken(&error))?;
        if success { Ok(()) } else { Err(reported(name, &text)) }
    }
}

fn broken(error: &std::io::Error) -> Failure {
    Failure::failed(format!("cannot keep what the engine library writes on standard error: {error}"))
}

fn reported(function: &str, text: &str) -> Failure {
    let said = if text.is_empty() { "and wrote nothing on standard error" } else { text };
    let link = if text.is_empty() { " " } else { ": " };
    Failure::failed(format!("{function} reports an error{link}{said}"))
}

/// Each phase is to be marked once; what was not marked was not measured.
fn marked(function: &str, timer: &str, (starts, ends): (u32, u32)) -> Result<(), Failure> {
    if (starts, ends) == (1, 1) {
        return Ok(());
    }
    Err(Failure::failed(format!(
        "{function} called {timer}_start {starts} times and {timer}_end {ends} times; each is to be called once"
    )))
}

impl Session for LibrarySession {
    fn settings(&self) -> Settings {
        self.settings.clone()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        let name = "wasm_bench_compile";
        self.call(name, |engine, module| engine.compile(module))?;
        marked(name, "compilation_timer", self.engine.spans().compilation.take())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let name = "wasm_bench_instantiate";
        self.call(name, |engine, _| engine.instantiate())?;
        marked(name, "instantiation_timer", self.engine.spans().instantiation.take())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        if self.region != Region::Bench {
            return Err(Failure::unsupported("a region other than bench through the interface of sightglass"));
        }
        // Here the guest calls the timer: whether it did so once each is for the meter to say, as on every engine.
        self.call("wasm_bench_execute", |engine, _| engine.execute())?;
        // A guest that ends with another code is an error of the library.
        Ok(Ended { exit_code: 0, result: None })
    }

    fn discard(&mut self) {
        // The interface has no function for it: executing uses an instance up, and instantiating replaces it.
    }
}
