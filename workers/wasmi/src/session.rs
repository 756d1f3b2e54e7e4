//! Core modules: a WASI 0.1 command, or a module with an export to call.

use crate::guest::{self, FUEL, Guest};
use crate::{context, faults, settings};
use kymo_model::{Region, Settings};
use kymo_worker::engine::{Argument, Chosen, Ended, Meter, Session, ValueType, parse_arguments, result_text};
use kymo_worker::protocol::{Failure, Open};
use wasmi::{Caller, Engine, Func, Instance, Linker, Module, Store, TypedFunc, Val, ValType};

/// A core module under one configuration.
pub struct CoreSession {
    open: Open,
    bytes: Vec<u8>,
    meter: Meter,
    chosen: Chosen,
    engine: Engine,
    linker: Linker<Guest>,
    module: Option<Module>,
    live: Option<(Store<Guest>, Entry)>,
    fuel: Option<u64>,
}

/// What `execute` calls.
enum Entry {
    Start(TypedFunc<(), ()>),
    Export { function: Func, arguments: Vec<Val>, results: Vec<Val> },
}

impl CoreSession {
    pub fn new(open: Open, bytes: Vec<u8>, meter: Meter, chosen: Chosen) -> Result<Self, Failure> {
        let engine = Engine::new(&settings::config(&chosen)?);
        let mut linker = Linker::new(&engine);
        wasmi_wasi::add_to_linker(&mut linker, |guest: &mut Guest| &mut guest.wasi)
            .map_err(|error| Failure::failed(error.to_string()))?;
        let bench = "bench";
        linker.func_wrap(bench, "start", |caller: Caller<'_, Guest>| guest::start(caller)).map_err(already)?;
        linker.func_wrap(bench, "end", |caller: Caller<'_, Guest>| guest::end(caller)).map_err(already)?;
        Ok(Self { open, bytes, meter, chosen, engine, linker, module: None, live: None, fuel: None })
    }

    fn store(&self, guest: Guest) -> Result<Store<Guest>, wasmi::Error> {
        let mut store = Store::new(&self.engine, guest);
        if self.chosen.is_on("fuel") {
            store.set_fuel(FUEL)?;
        }
        Ok(store)
    }

    fn entry(&self, store: &mut Store<Guest>, instance: Instance) -> Result<Entry, Failure> {
        let Region::Export(name) = &self.open.region else {
            let start = instance.get_typed_func(&*store, "_start").map(Entry::Start);
            return start.map_err(|error| Failure::invalid(format!("there is no program at '_start': {error}")));
        };
        // A library of WASI is to be initialized once before anything else is called.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&*store, "_initialize") {
            initialize.call(&mut *store, ()).or_else(faults::left_early)?;
        }
        let function = instance.get_func(&*store, name);
        let function = function.ok_or_else(|| Failure::invalid(format!("there is no exported function '{name}'")))?;
        let ty = function.ty(&*store);
        let number = |ty: &ValType| number(name, ty);
        let types = ty.params().iter().map(number).collect::<Result<Vec<_>, _>>()?;
        ty.results().iter().try_for_each(|ty| number(ty).map(drop))?;
        let arguments = parse_arguments(name, &types, &self.open.args)?.into_iter().map(value).collect();
        Ok(Entry::Export { function, arguments, results: vec![Val::I32(0); ty.results().len()] })
    }
}

fn already(error: wasmi::errors::LinkerError) -> Failure {
    Failure::failed(error.to_string())
}

impl Session for CoreSession {
    fn settings(&self) -> Settings {
        self.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        self.module = None;
        // By default this only validates: wasmi translates a function when it is first called.
        self.meter.start();
        let module = Module::new(&self.engine, &self.bytes);
        self.meter.end();
        self.module = Some(module.map_err(faults::failed)?);
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let module = self.module.as_ref().ok_or_else(|| Failure::failed("instantiate before compile"))?;
        let guest = Guest::new(context::context(&self.open)?, self.meter.clone(), self.chosen.is_on("fuel"));
        // A store and an instance are what counts, files and contexts do not. wasmi always looks names up here.
        self.meter.start();
        let made = self.store(guest).and_then(|mut store| {
            self.linker.instantiate_and_start(&mut store, module).map(|instance| (store, instance))
        });
        self.meter.end();
        let (mut store, instance) = made.or_else(faults::left_early)?;
        let entry = self.entry(&mut store, instance)?;
        self.live = Some((store, entry));
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let (store, entry) = self.live.as_mut().ok_or_else(|| Failure::failed("execute before instantiate"))?;
        let bracket = self.open.region != Region::Bench;
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
        other => return Err(Failure::invalid(format!("the export '{export}' has a {other:?} in its type"))),
    })
}

fn value(argument: Argument) -> Val {
    match argument {
        Argument::I32(n) => Val::I32(n),
        Argument::I64(n) => Val::I64(n),
        Argument::F32(bits) => Val::F32(f32::from_bits(bits).into()),
        Argument::F64(bits) => Val::F64(f64::from_bits(bits).into()),
    }
}

fn argument(value: &Val) -> Option<Argument> {
    Some(match value {
        Val::I32(n) => Argument::I32(*n),
        Val::I64(n) => Argument::I64(*n),
        Val::F32(n) => Argument::F32(n.to_bits()),
        Val::F64(n) => Argument::F64(n.to_bits()),
        _ => return None,
    })
}
