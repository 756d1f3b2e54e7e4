//! Core modules: a WASI 0.1 command, or a module with an export to call.

use crate::config::Prepared;
use crate::guest::{self, Guest};
use crate::{faults, wasi};
use kymo_model::{ModuleHash, Region, Settings};
use kymo_worker::engine::{Argument, Ended, Session, ValueType, parse_arguments, result_text};
use kymo_worker::protocol::Failure;
use wasmtime::{Func, Instance, InstancePre, Linker, Module, Store, TypedFunc, Val, ValType};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};

type Data = Guest<WasiP1Ctx>;

/// A core module under one configuration.
pub struct CoreSession {
    prepared: Prepared,
    linker: Linker<Data>,
    module: Option<Module>,
    /// The module with its imports looked up.
    linked: Option<InstancePre<Data>>,
    live: Option<(Store<Data>, Entry)>,
    code_bytes: Option<u64>,
    code_sha256: Option<ModuleHash>,
    fuel: Option<u64>,
}

/// What `execute` calls.
enum Entry {
    Start(TypedFunc<(), ()>),
    Export { function: Func, arguments: Vec<Val>, results: Vec<Val> },
}

impl CoreSession {
    pub fn new(prepared: Prepared) -> Result<Self, Failure> {
        let mut linker = Linker::new(&prepared.engine);
        define_imports(&mut linker).map_err(faults::failed)?;
        Ok(Self {
            prepared,
            linker,
            module: None,
            linked: None,
            live: None,
            code_bytes: None,
            code_sha256: None,
            fuel: None,
        })
    }

    fn linked(&mut self) -> Result<InstancePre<Data>, Failure> {
        if let Some(linked) = &self.linked {
            return Ok(linked.clone());
        }
        let module = self.module.as_ref().ok_or_else(|| Failure::failed("instantiate before compile"))?;
        let linked = self.linker.instantiate_pre(module).map_err(faults::unlinkable)?;
        self.linked = Some(linked.clone());
        Ok(linked)
    }

    fn entry(&self, store: &mut Store<Data>, instance: &Instance) -> Result<Entry, Failure> {
        let Region::Export(name) = &self.prepared.open.region else {
            let start = instance.get_typed_func(&mut *store, "_start").map(Entry::Start);
            return start.map_err(|error| Failure::invalid(format!("there is no program at '_start': {error:#}")));
        };
        // A library of WASI is to be initialized once before anything else is called.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut *store, "_initialize") {
            initialize.call(&mut *store, ()).or_else(faults::left_early)?;
        }
        let function = instance.get_func(&mut *store, name);
        let function = function.ok_or_else(|| Failure::invalid(format!("there is no exported function '{name}'")))?;
        let ty = function.ty(&*store);
        let types = ty.params().chain(ty.results()).map(|ty| number(name, &ty)).collect::<Result<Vec<_>, _>>()?;
        let arguments = parse_arguments(name, &types[..ty.params().len()], &self.prepared.open.args)?;
        let arguments = arguments.into_iter().map(value).collect();
        Ok(Entry::Export { function, arguments, results: vec![Val::I32(0); ty.results().len()] })
    }
}

fn define_imports(linker: &mut Linker<Data>) -> wasmtime::Result<()> {
    add_to_linker_sync(linker, |guest: &mut Data| &mut guest.wasi)?;
    linker.func_wrap("bench", "start", |caller: wasmtime::Caller<'_, Data>| guest::start(caller))?;
    linker.func_wrap("bench", "end", |caller: wasmtime::Caller<'_, Data>| guest::end(caller))?;
    Ok(())
}

impl Session for CoreSession {
    fn settings(&self) -> Settings {
        self.prepared.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        (self.linked, self.module) = (None, None);
        self.prepared.meter.start();
        let module = Module::from_binary(&self.prepared.engine, &self.prepared.module);
        self.prepared.meter.end();
        let module = module.map_err(faults::failed)?;
        // Functions alone: the text section as a whole is rounded up to pages.
        self.code_bytes = Some(module.functions().map(|function| function.len as u64).sum());
        self.code_sha256 = self.prepared.code_sha256(module.text());
        self.module = Some(module);
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let linked = self.linked()?;
        let wasi = wasi::builder(&self.prepared.open)?.build_p1();
        let guest = Guest::new(wasi, self.prepared.meter.clone(), &self.prepared.engine);
        // As in the sightglass suite a store and an instance are what counts, files and contexts do not. Unlike there
        // the names of imports are looked up beforehand, as embedders do that instantiate often.
        self.prepared.meter.start();
        let made = guest::store(&self.prepared.engine, guest)
            .and_then(|mut store| linked.instantiate(&mut store).map(|instance| (store, instance)));
        self.prepared.meter.end();
        let (mut store, instance) = made.or_else(faults::left_early)?;
        let entry = self.entry(&mut store, &instance)?;
        self.live = Some((store, entry));
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let (store, entry) = self.live.as_mut().ok_or_else(|| Failure::failed("execute before instantiate"))?;
        let bracket = self.prepared.open.region != Region::Bench;
        if bracket {
            guest::start(&mut *store);
        }
        let outcome = match entry {
            Entry::Start(start) => start.call(&mut *store, ()),
            Entry::Export { function, arguments, results } => function.call(&mut *store, arguments, results),
        };
        if bracket {
            guest::end(&mut *store);
        }
        let returned = outcome.is_ok();
        let exit_code = outcome.map(|()| 0).or_else(faults::left)?;
        self.fuel = store.data().fuel();
        let result = match entry {
            Entry::Export { results, .. } if returned => {
                Some(result_text(&results.iter().filter_map(argument).collect::<Vec<_>>()))
            }
            _ => None,
        };
        Ok(Ended { exit_code, result })
    }

    fn discard(&mut self) {
        self.live = None;
    }

    fn code_bytes(&self) -> Option<u64> {
        self.code_bytes
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.code_sha256.clone()
    }

    fn fuel(&self) -> Option<u64> {
        self.fuel
    }
}

fn number(export: &str, ty: &ValType) -> Result<ValueType, Failure> {
    Ok(match ty {
        ValType::I32 => ValueType::I32,
        ValType::I64 => ValueType::I64,
        ValType::F32 => ValueType::F32,
        ValType::F64 => ValueType::F64,
        other => return Err(Failure::invalid(format!("the export '{export}' has a {other} in its type"))),
    })
}

fn value(argument: Argument) -> Val {
    match argument {
        Argument::I32(n) => Val::I32(n),
        Argument::I64(n) => Val::I64(n),
        Argument::F32(bits) => Val::F32(bits),
        Argument::F64(bits) => Val::F64(bits),
    }
}

fn argument(value: &Val) -> Option<Argument> {
    Some(match value {
        Val::I32(n) => Argument::I32(*n),
        Val::I64(n) => Argument::I64(*n),
        Val::F32(bits) => Argument::F32(*bits),
        Val::F64(bits) => Argument::F64(*bits),
        _ => return None,
    })
}
