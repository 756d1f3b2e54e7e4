//! What the stores of a program on fibers hold, and what each new one is made of.

use crate::config::Prepared;
use crate::fibers::Fibers;
use crate::guest::{self, Guest};
use crate::wasi::{self, Output};
use kymo_worker::engine::Meter;
use kymo_worker::protocol::Open;
use std::sync::OnceLock;
use wasmtime::{Engine, Error, InstancePre, Store};
use wasmtime_wasi::p1::WasiP1Ctx;

/// What a store holds: that of the program, or that of a fiber.
pub type Data = Guest<World>;

/// The system interface and the fibers, as one instance sees them.
pub struct World {
    /// Made when it is first asked for: most fibers never do.
    system: Option<Box<WasiP1Ctx>>,
    pub fibers: Fibers,
    /// Whether this is the store of a fiber.
    pub is_fiber: bool,
}

impl World {
    /// The program's own, with all that `open` asks for.
    pub fn program(system: WasiP1Ctx, fibers: Fibers) -> Self {
        Self { system: Some(Box::new(system)), fibers, is_fiber: false }
    }

    /// The system interface. That of a fiber has arguments, environment and output.
    pub fn system(&mut self) -> &mut WasiP1Ctx {
        let template = self.fibers.template();
        self.system.get_or_insert_with(|| Box::new(wasi::without_files(&template.open, &template.output).build_p1()))
    }
}

/// What the store of a fiber is made of.
pub struct Template {
    engine: Engine,
    meter: Meter,
    open: Open,
    output: Output,
    /// The module with its imports looked up, the memory among them.
    linked: OnceLock<InstancePre<Data>>,
}

impl Template {
    pub fn new(prepared: &Prepared, output: Output) -> Self {
        let (engine, meter, open) = (prepared.engine.clone(), prepared.meter.clone(), prepared.open.clone());
        Self { engine, meter, open, output, linked: OnceLock::new() }
    }

    /// The module, once its memory is there.
    pub fn link(&self, linked: InstancePre<Data>) {
        // It is linked once; were it not, the first would do as well.
        let _ = self.linked.set(linked);
    }

    /// A store for a fiber, and what to instantiate in it.
    pub fn store(&self, fibers: &Fibers) -> wasmtime::Result<(Store<Data>, &InstancePre<Data>)> {
        let linked = self.linked.get().ok_or_else(|| Error::msg("a fiber before the program's memory"))?;
        let world = World { system: None, fibers: fibers.clone(), is_fiber: true };
        Ok((guest::store(&self.engine, Guest::new(world, self.meter.clone(), &self.engine))?, linked))
    }
}
