//! Core modules: a WASI 0.1 command, or a module with an export to call.

use crate::code::Code;
use crate::config::Prepared;
use crate::entry::{self, Entry};
use crate::guest::{self, Guest};
use crate::serving::ProgramServer;
use crate::{faults, wasi};
use kymo_model::{ModuleHash, Region, Settings};
use kymo_worker::engine::{Ended, Session};
use kymo_worker::protocol::{Failure, Serve, Served, Serving};
use wasmtime::{InstancePre, Linker, Store};
use wasmtime_wasi::p1::{WasiP1Ctx, add_to_linker_sync};

type Data = Guest<WasiP1Ctx>;

/// A core module under one configuration.
pub struct CoreSession {
    prepared: Prepared,
    linker: Linker<Data>,
    code: Option<Code>,
    /// The module with its imports looked up.
    linked: Option<InstancePre<Data>>,
    live: Option<(Store<Data>, Entry)>,
    fuel: Option<u64>,
    server: Option<ProgramServer>,
}

impl CoreSession {
    pub fn new(prepared: Prepared) -> Result<Self, Failure> {
        let mut linker = Linker::new(&prepared.engine);
        define_imports(&mut linker, &prepared.open.region).map_err(faults::failed)?;
        Ok(Self { prepared, linker, code: None, linked: None, live: None, fuel: None, server: None })
    }

    fn linked(&mut self) -> Result<InstancePre<Data>, Failure> {
        if let Some(linked) = &self.linked {
            return Ok(linked.clone());
        }
        let code = self.code.as_ref().ok_or_else(|| Failure::failed("instantiate before compile"))?;
        let linked = self.linker.instantiate_pre(&code.module).map_err(faults::unlinkable)?;
        self.linked = Some(linked.clone());
        Ok(linked)
    }
}

fn define_imports(linker: &mut Linker<Data>, region: &Region) -> wasmtime::Result<()> {
    add_to_linker_sync(linker, |guest: &mut Data| &mut guest.wasi)?;
    guest::define_marks(linker, region)
}

impl Session for CoreSession {
    fn settings(&self) -> Settings {
        self.prepared.chosen.all()
    }

    fn compile(&mut self) -> Result<(), Failure> {
        (self.linked, self.code) = (None, None);
        self.code = Some(Code::compile(&self.prepared)?);
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
        if let Some(initialize) = entry::initializer(&self.prepared.open, &mut store, &instance) {
            initialize.call(&mut store, ()).or_else(faults::left_early)?;
        }
        let entry = Entry::find(&self.prepared.open, &mut store, &instance)?;
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
        let result = if returned { entry.result() } else { None };
        Ok(Ended { exit_code, result })
    }

    fn discard(&mut self) {
        self.live = None;
    }

    fn serve(&mut self, ask: &Serve) -> Result<Serving, Failure> {
        if self.server.is_some() {
            return Err(Failure::failed("serve while a server runs; stop it first"));
        }
        if self.code.is_none() {
            self.compile()?;
        }
        let code = self.code.as_ref().ok_or_else(|| Failure::failed("serve before compile"))?;
        let server = ProgramServer::start(&self.prepared, code, ask)?;
        let address = server.address();
        self.server = Some(server);
        Ok(Serving { address })
    }

    fn stop(&mut self) -> Result<Served, Failure> {
        let server = self.server.take().ok_or_else(|| Failure::failed("stop before serve"))?;
        Ok(Served { code_sha256: self.code_sha256(), ..server.stop()? })
    }

    fn code_bytes(&self) -> Option<u64> {
        self.code.as_ref().map(|code| code.bytes)
    }

    fn code_sha256(&self) -> Option<ModuleHash> {
        self.code.as_ref().and_then(|code| code.sha256.clone())
    }

    fn fuel(&self) -> Option<u64> {
        self.fuel
    }
}
