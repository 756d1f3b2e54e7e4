//! Core modules that have their fibers made by the host.
//!
//! A session of its own, so that modules without such fibers are called as ever, and not by asynchronous calls.

use crate::code::Code;
use crate::config::Prepared;
use crate::entry::{self, Entry};
use crate::fiber_world::{Data, Template, World};
use crate::fibers::{self, Fibers};
use crate::guest::{self, Guest};
use crate::wasi::{self, Output};
use crate::{blocking, faults};
use kymo_model::{Feature, ModuleHash, Region, Settings};
use kymo_worker::engine::{Ended, Session};
use kymo_worker::protocol::{Failure, Serve, Serving};
use std::sync::Arc;
use wasmparser::{Parser, Payload};
use wasmtime::{ExternType, Linker, MemoryType, Module, SharedMemory, Store, UnknownImportError, ValType};
use wasmtime_wasi::p1::add_to_linker_sync;

/// The import that the memory is.
const MEMORY: (&str, &str) = ("env", "memory");

/// Whether a module imports functions for fibers.
pub fn is_one(module: &[u8]) -> bool {
    let mut payloads = Parser::new(0).parse_all(module).map_while(Result::ok);
    let imports = payloads.find_map(|payload| match payload {
        Payload::ImportSection(imports) => Some(imports),
        _ => None,
    });
    imports.is_some_and(|imports| imports.into_imports().flatten().any(|import| import.module == fibers::MODULE))
}

/// A module under one configuration.
pub struct FiberProgram {
    prepared: Prepared,
    linker: Linker<Data>,
    code: Option<Code>,
    live: Option<Live>,
}

/// The program's instance and its fibers.
struct Live {
    store: Store<Data>,
    entry: Entry,
    fibers: Fibers,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.fibers.clear();
    }
}

impl FiberProgram {
    pub fn new(prepared: Prepared) -> Result<Self, Failure> {
        let mut linker = Linker::new(&prepared.engine);
        define_imports(&mut linker, &prepared.open.region).map_err(faults::failed)?;
        Ok(Self { prepared, linker, code: None, live: None })
    }
}

fn define_imports(linker: &mut Linker<Data>, region: &Region) -> wasmtime::Result<()> {
    add_to_linker_sync(linker, |guest: &mut Data| guest.wasi.system())?;
    guest::define_marks(linker, region)?;
    fibers::define(linker)
}

/// The type of the memory that the fibers have in common.
fn shared_memory(module: &Module) -> Result<MemoryType, Failure> {
    let imported = module.imports().find(|import| (import.module(), import.name()) == MEMORY);
    match imported.map(|import| import.ty()) {
        Some(ExternType::Memory(memory)) if memory.is_shared() => Ok(memory),
        _ => Err(Failure::invalid("a module that imports from kymo_fiber imports its memory, shared, as env.memory")),
    }
}

fn check_entry(module: &Module) -> Result<(), Failure> {
    let enter = module.get_export(fibers::ENTER);
    let is_right = enter.as_ref().and_then(ExternType::func).is_some_and(|ty| {
        ty.results().len() == 0 && ty.params().len() == 1 && ty.param(0).is_some_and(|ty| ty.matches(&ValType::I32))
    });
    let name = fibers::ENTER;
    let problem = || format!("a module that imports from kymo_fiber exports the function {name}, which takes an i32");
    if is_right { Ok(()) } else { Err(Failure::invalid(problem())) }
}

impl Session for FiberProgram {
    fn settings(&self) -> Settings {
        self.prepared.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        self.code = None;
        self.code = Some(Code::compile(&self.prepared)?);
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let Prepared { engine, meter, open, .. } = &self.prepared;
        let module = &self.code.as_ref().ok_or_else(|| Failure::failed("instantiate before compile"))?.module;
        let ty = shared_memory(module)?;
        check_entry(module)?;
        let output = Output::create(open)?;
        let system = wasi::complete(open, &output)?.build_p1();
        let template = Arc::new(Template::new(&self.prepared, output));
        let fibers = Fibers::new(template.clone());
        let guest = Guest::new(World::program(system, fibers.clone()), meter.clone(), engine);
        let mut linker = self.linker.clone();
        // As for other modules, and the memory too, which those have made by their instance. Since it is an import, the
        // imports are looked up anew.
        meter.start();
        let made = guest::store(engine, guest).and_then(|mut store| {
            linker.define(&store, MEMORY.0, MEMORY.1, SharedMemory::new(engine, ty)?)?;
            let linked = linker.instantiate_pre(module)?;
            template.link(linked.clone());
            blocking::on(linked.instantiate_async(&mut store)).map(|instance| (store, instance))
        });
        meter.end();
        let (mut store, instance) = made.or_else(|error| match error.is::<UnknownImportError>() {
            true => Err(faults::unlinkable(error)),
            false => faults::left_early(error),
        })?;
        if let Some(initialize) = entry::initializer(open, &mut store, &instance) {
            blocking::on(initialize.call_async(&mut store, ())).or_else(faults::left_early)?;
        }
        let entry = Entry::find(open, &mut store, &instance)?;
        self.live = Some(Live { store, entry, fibers });
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let live = self.live.as_mut().ok_or_else(|| Failure::failed("execute before instantiate"))?;
        let Live { store, entry, .. } = live;
        let bracket = self.prepared.open.region != Region::Bench;
        if bracket {
            guest::start(&mut *store);
        }
        let outcome = match entry {
            Entry::Start(start) => blocking::on(start.call_async(&mut *store, ())),
            Entry::Export { function, arguments, results } => {
                blocking::on(function.call_async(&mut *store, arguments, results))
            }
        };
        if bracket {
            guest::end(&mut *store);
        }
        let returned = outcome.is_ok();
        let exit_code = outcome.map(|()| 0).or_else(faults::left)?;
        let result = if returned { entry.result() } else { None };
        Ok(Ended { exit_code, result })
    }

    fn discard(&mut self) {
        self.live = None;
    }

    fn serve(&mut self, _: &Serve) -> Result<Serving, Failure> {
        Err(Failure::unsupported(format!("{} in a server", Feature::HostFibers)))
    }

    fn code_bytes(&self) -> Option<u64> {
        self.code.as_ref().map(|code| code.bytes)
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.code.as_ref().and_then(|code| code.sha256.clone())
    }

    /// Each store counts for itself, and those of ended fibers are gone.
    fn fuel(&self) -> Option<u64> {
        None
    }
}
