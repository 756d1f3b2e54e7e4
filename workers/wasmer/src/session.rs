//! Core modules: a WASI 0.1 command, or a module with an export to call.

use crate::engine;
use crate::guest::{self, Guest};
use crate::{code, faults, imports, wasi};
use kymo_model::{ModuleHash, Region, Settings};
use kymo_worker::engine::{Argument, Chosen, Ended, Meter, Session, ValueType, parse_arguments, result_text};
use kymo_worker::protocol::{Failure, Open};
use wasmer::{Function, FunctionEnv, Instance, Module, Store, Type, TypedFunction, Value};

/// A core module under one configuration.
pub struct CoreSession {
    open: Open,
    bytes: Vec<u8>,
    meter: Meter,
    chosen: Chosen,
    compiled: Option<Compiled>,
    live: Option<Live>,
    fuel: Option<u64>,
}

/// A module, and the engine that owns its code.
struct Compiled {
    module: Module,
    engine: wasmer::Engine,
    code_bytes: Option<u64>,
    code_sha256: Option<ModuleHash>,
}

/// An instance with its world.
struct Live {
    store: Store,
    guest: FunctionEnv<Guest>,
    entry: Entry,
}

/// What `execute` calls.
enum Entry {
    Start(TypedFunction<(), ()>),
    Export { function: Function, arguments: Vec<Value> },
}

impl CoreSession {
    pub fn new(open: Open, bytes: Vec<u8>, meter: Meter, mut chosen: Chosen) -> Result<Self, Failure> {
        engine::resolve(&open.strategy, &mut chosen)?;
        Ok(Self { open, bytes, meter, chosen, compiled: None, live: None, fuel: None })
    }

    fn entry(&self, store: &mut Store, instance: &Instance) -> Result<Entry, Failure> {
        let Region::Export(name) = &self.open.region else {
            let start = instance.exports.get_typed_function(&*store, "_start").map(Entry::Start);
            return start.map_err(|error| Failure::invalid(format!("there is no program at '_start': {error}")));
        };
        // A library of WASI is to be initialized once before anything else is called.
        if let Ok(initialize) = instance.exports.get_typed_function::<(), ()>(&*store, "_initialize") {
            initialize.call(store).or_else(|error| faults::left_early(faults::left(error)))?;
        }
        let function = instance.exports.get_function(name).cloned();
        let function = function.map_err(|_| Failure::invalid(format!("there is no exported function '{name}'")))?;
        let ty = function.ty(&*store);
        let types = ty.params().iter().map(|ty| number(name, *ty)).collect::<Result<Vec<_>, _>>()?;
        ty.results().iter().try_for_each(|ty| number(name, *ty).map(drop))?;
        let arguments = parse_arguments(name, &types, &self.open.args)?.into_iter().map(value).collect();
        Ok(Entry::Export { function, arguments })
    }
}

impl Session for CoreSession {
    fn settings(&self) -> Settings {
        self.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        self.compiled = None;
        // An engine keeps all code that it ever made: each compilation gets its own.
        let engine = engine::build(&self.open.strategy, &self.chosen)?;
        self.meter.start();
        let module = Module::new(&engine, &self.bytes);
        self.meter.end();
        let module = module.map_err(|error| Failure::failed(error.to_string()))?;
        let (code_bytes, code_sha256) = code::measured(&module).unzip();
        self.compiled = Some(Compiled { module, engine, code_bytes, code_sha256 });
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let compiled = self.compiled.as_ref().ok_or_else(|| Failure::failed("instantiate before compile"))?;
        let mut store = Store::new(compiled.engine.clone());
        let world = Guest::new(wasi::context(&self.open)?, self.meter.clone());
        let guest = FunctionEnv::new(&mut store, world);
        // What Wasmer links is made for one store. So the store comes beforehand, too, and an instance is what counts.
        let imports = imports::imports(&compiled.module, &mut store, &guest)?;
        self.meter.start();
        let made = Instance::new(&mut store, &compiled.module, &imports);
        self.meter.end();
        let instance = made.or_else(|error| faults::left_early(faults::no_instance(error)))?;
        guest.as_mut(&mut store).attach(&instance, self.chosen.is_on("fuel"));
        let entry = self.entry(&mut store, &instance)?;
        self.live = Some(Live { store, guest, entry });
        Ok(())
    }

    fn execute(&mut self) -> Result<Ended, Failure> {
        let Some(Live { store, guest, entry }) = &mut self.live else {
            return Err(Failure::failed("execute before instantiate"));
        };
        let bracket = self.open.region != Region::Bench;
        if bracket {
            guest::start(&mut guest.clone().into_mut(store));
        }
        let outcome = match entry {
            Entry::Start(start) => start.call(store).map(|()| None),
            Entry::Export { function, arguments } => function.call(store, arguments).map(Some),
        };
        if bracket {
            guest::end(&mut guest.clone().into_mut(store));
        }
        self.fuel = guest.as_ref(store).fuel();
        Ok(match outcome {
            Ok(results) => Ended {
                exit_code: 0,
                result: results.map(|results| result_text(&results.iter().filter_map(argument).collect::<Vec<_>>())),
            },
            Err(error) => Ended { exit_code: faults::left(error)?, result: None },
        })
    }

    fn discard(&mut self) {
        self.live = None;
    }

    fn code_bytes(&self) -> Option<u64> {
        self.compiled.as_ref()?.code_bytes
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.compiled.as_ref()?.code_sha256.clone()
    }

    fn fuel(&self) -> Option<u64> {
        self.fuel
    }
}

fn number(export: &str, ty: Type) -> Result<ValueType, Failure> {
    Ok(match ty {
        Type::I32 => ValueType::I32,
        Type::I64 => ValueType::I64,
        Type::F32 => ValueType::F32,
        Type::F64 => ValueType::F64,
        other => return Err(Failure::invalid(format!("the export '{export}' has a {other} in its type"))),
    })
}

fn value(argument: Argument) -> Value {
    match argument {
        Argument::I32(n) => Value::I32(n),
        Argument::I64(n) => Value::I64(n),
        Argument::F32(bits) => Value::F32(f32::from_bits(bits)),
        Argument::F64(bits) => Value::F64(f64::from_bits(bits)),
    }
}

fn argument(value: &Value) -> Option<Argument> {
    Some(match value {
        Value::I32(n) => Argument::I32(*n),
        Value::I64(n) => Argument::I64(*n),
        Value::F32(n) => Argument::F32(n.to_bits()),
        Value::F64(n) => Argument::F64(n.to_bits()),
        _ => return None,
    })
}
