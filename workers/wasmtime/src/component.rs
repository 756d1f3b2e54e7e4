//! Components: a WASI 0.2 command, or a component with an exported function to call.

use crate::config::Prepared;
use crate::guest::{self, Guest};
use crate::serving::HttpServer;
use crate::{blocking, faults, wasi::Preview2};
use kymo_model::{ModuleHash, Region, Settings};
use kymo_worker::engine::{Argument, Ended, Session, ValueType, parse_arguments, result_text};
use kymo_worker::protocol::{Failure, Serve, Served, Serving};
use wasmtime::component::{Component, Func, Instance, InstancePre, Linker, Type, Val};
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi::p2::{add_to_linker_sync, bindings::sync::Command};

type Data = Guest<Preview2>;

/// A component under one configuration.
pub struct ComponentSession {
    prepared: Prepared,
    linker: Linker<Data>,
    component: Option<Component>,
    /// The component with its imports looked up.
    linked: Option<InstancePre<Data>>,
    live: Option<(Store<Data>, Entry)>,
    code_bytes: Option<u64>,
    code_sha256: Option<ModuleHash>,
    fuel: Option<u64>,
    server: Option<HttpServer>,
}

/// What `execute` calls.
enum Entry {
    Run(Command),
    Export { function: Func, may_wait: bool, arguments: Vec<Val>, results: Vec<Val> },
}

impl ComponentSession {
    pub fn new(prepared: Prepared) -> Result<Self, Failure> {
        let mut linker = Linker::new(&prepared.engine);
        define_imports(&mut linker).map_err(faults::failed)?;
        Ok(Self {
            prepared,
            linker,
            component: None,
            linked: None,
            live: None,
            code_bytes: None,
            code_sha256: None,
            fuel: None,
            server: None,
        })
    }

    fn linked(&mut self) -> Result<InstancePre<Data>, Failure> {
        if let Some(linked) = &self.linked {
            return Ok(linked.clone());
        }
        let component = self.component.as_ref().ok_or_else(|| Failure::failed("instantiate before compile"))?;
        let linked = self.linker.instantiate_pre(component).map_err(faults::unlinkable)?;
        self.linked = Some(linked.clone());
        Ok(linked)
    }

    fn entry(&self, store: &mut Store<Data>, instance: &Instance) -> Result<Entry, Failure> {
        let Region::Export(name) = &self.prepared.open.region else {
            let command = Command::new(&mut *store, instance).map(Entry::Run);
            return command.map_err(|error| Failure::invalid(format!("there is no program to run: {error:#}")));
        };
        let function = instance.get_func(&mut *store, name);
        let function = function.ok_or_else(|| Failure::invalid(format!("there is no exported function '{name}'")))?;
        let ty = function.ty(&*store);
        let parameters: Vec<Type> = ty.params().map(|(_, ty)| ty).collect();
        let types = parameters.iter().map(|ty| number(name, ty)).collect::<Result<Vec<_>, _>>()?;
        ty.results().try_for_each(|ty| number(name, &ty).map(drop))?;
        let arguments = parse_arguments(name, &types, &self.prepared.open.args)?;
        let arguments = arguments.into_iter().zip(&parameters).map(|(argument, ty)| value(argument, ty)).collect();
        let results = vec![Val::Bool(false); ty.results().len()];
        Ok(Entry::Export { function, may_wait: ty.async_(), arguments, results })
    }
}

fn define_imports(linker: &mut Linker<Data>) -> wasmtime::Result<()> {
    add_to_linker_sync(linker)?;
    let mut bench = linker.instance("bench")?;
    bench.func_wrap("start", |context: StoreContextMut<'_, Data>, ()| {
        guest::start(context);
        Ok(())
    })?;
    bench.func_wrap("end", |context: StoreContextMut<'_, Data>, ()| {
        guest::end(context);
        Ok(())
    })
}

impl Session for ComponentSession {
    fn settings(&self) -> Settings {
        self.prepared.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        (self.linked, self.component) = (None, None);
        self.prepared.meter.start();
        let component = Component::from_binary(&self.prepared.engine, &self.prepared.module);
        self.prepared.meter.end();
        let component = component.map_err(faults::failed)?;
        self.code_bytes = Some(component.functions().map(|function| function.len as u64).sum());
        self.code_sha256 = self.prepared.code_sha256(component.text());
        self.component = Some(component);
        Ok(())
    }

    fn instantiate(&mut self) -> Result<(), Failure> {
        let linked = self.linked()?;
        let wasi = Preview2::new(&self.prepared.open)?;
        let guest = Guest::new(wasi, self.prepared.meter.clone(), &self.prepared.engine);
        // The same boundary as for core modules.
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
            // A program that returns an error ends like one that exits with code 1.
            Entry::Run(command) => {
                command.wasi_cli_run().call_run(&mut *store).map(|result| if result.is_ok() { 0 } else { 1 })
            }
            // A function that may wait for other tasks needs a stack of its own, which it can be taken off.
            Entry::Export { function, may_wait: true, arguments, results } => {
                blocking::on(function.call_async(&mut *store, arguments, results)).map(|()| 0)
            }
            Entry::Export { function, may_wait: false, arguments, results } => {
                function.call(&mut *store, arguments, results).map(|()| 0)
            }
        };
        if bracket {
            guest::end(&mut *store);
        }
        let returned = outcome.is_ok();
        let exit_code = outcome.or_else(faults::left)?;
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

    fn serve(&mut self, ask: &Serve) -> Result<Serving, Failure> {
        if self.server.is_some() {
            return Err(Failure::failed("serve while a server runs; stop it first"));
        }
        if self.component.is_none() {
            self.compile()?;
        }
        let component = self.component.as_ref().ok_or_else(|| Failure::failed("serve before compile"))?;
        let server = HttpServer::start(&self.prepared, component, ask)?;
        let address = server.address();
        self.server = Some(server);
        Ok(Serving { address })
    }

    fn stop(&mut self) -> Result<Served, Failure> {
        let server = self.server.take().ok_or_else(|| Failure::failed("stop before serve"))?;
        Ok(Served { code_sha256: self.code_sha256.clone(), ..server.stop() })
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

fn number(export: &str, ty: &Type) -> Result<ValueType, Failure> {
    Ok(match ty {
        Type::S32 | Type::U32 => ValueType::I32,
        Type::S64 | Type::U64 => ValueType::I64,
        Type::Float32 => ValueType::F32,
        Type::Float64 => ValueType::F64,
        other => return Err(Failure::invalid(format!("the export '{export}' has a {other:?} in its type"))),
    })
}

fn value(argument: Argument, ty: &Type) -> Val {
    match (argument, ty) {
        (Argument::I32(n), Type::U32) => Val::U32(n as u32),
        (Argument::I32(n), _) => Val::S32(n),
        (Argument::I64(n), Type::U64) => Val::U64(n as u64),
        (Argument::I64(n), _) => Val::S64(n),
        (Argument::F32(bits), _) => Val::Float32(f32::from_bits(bits)),
        (Argument::F64(bits), _) => Val::Float64(f64::from_bits(bits)),
    }
}

fn argument(value: &Val) -> Option<Argument> {
    Some(match value {
        Val::S32(n) => Argument::I32(*n),
        Val::U32(n) => Argument::I32(*n as i32),
        Val::S64(n) => Argument::I64(*n),
        Val::U64(n) => Argument::I64(*n as i64),
        Val::Float32(n) => Argument::F32(n.to_bits()),
        Val::Float64(n) => Argument::F64(n.to_bits()),
        _ => return None,
    })
}
