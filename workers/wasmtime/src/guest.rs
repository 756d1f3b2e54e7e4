//! What a store holds, and the marks that begin and end the region.

use kymo_model::Region;
use kymo_worker::engine::Meter;
use wasmtime::{AsContext, AsContextMut, Caller, Engine, Linker, Store, StoreContextMut};

/// Fuel to start with; never used up.
const FUEL: u64 = u64::MAX;

/// What a store holds: the system interface, and the fuel left at both ends of the region.
pub struct Guest<W> {
    pub wasi: W,
    meter: Meter,
    counts_fuel: bool,
    fuel_at_start: u64,
    fuel_at_end: u64,
}

impl<W> Guest<W> {
    pub fn new(wasi: W, meter: Meter, engine: &Engine) -> Self {
        Self { wasi, meter, counts_fuel: engine.get_consume_fuel(), fuel_at_start: 0, fuel_at_end: 0 }
    }

    /// Fuel used between the marks.
    pub fn fuel(&self) -> Option<u64> {
        self.counts_fuel.then(|| self.fuel_at_start.saturating_sub(self.fuel_at_end))
    }
}

/// A store ready to run: with fuel, and a deadline that never comes.
pub fn store<W: 'static>(engine: &Engine, guest: Guest<W>) -> wasmtime::Result<Store<Guest<W>>> {
    let mut store = Store::new(engine, guest);
    if store.data().counts_fuel {
        store.set_fuel(FUEL)?;
    }
    if engine.get_epoch_interruption() {
        // Nobody ever increments the epoch.
        store.set_epoch_deadline(1);
    }
    Ok(store)
}

/// Defines the imports by which a core module brackets its region; in other regions they do nothing.
pub fn define_marks<W: 'static>(linker: &mut Linker<Guest<W>>, region: &Region) -> wasmtime::Result<()> {
    if *region == Region::Bench {
        linker.func_wrap("bench", "start", |caller: Caller<'_, Guest<W>>| start(caller))?;
        linker.func_wrap("bench", "end", |caller: Caller<'_, Guest<W>>| end(caller))?;
    } else {
        linker.func_wrap("bench", "start", || ())?;
        linker.func_wrap("bench", "end", || ())?;
    }
    Ok(())
}

/// The region begins. The meter comes last, so that nothing else lies inside.
pub fn start<W: 'static>(mut context: impl AsContextMut<Data = Guest<W>>) {
    let mut context = context.as_context_mut();
    if let Some(left) = fuel_left(&context) {
        context.data_mut().fuel_at_start = left;
    }
    context.data().meter.start();
}

/// The region ends. The meter comes first.
pub fn end<W: 'static>(mut context: impl AsContextMut<Data = Guest<W>>) {
    let mut context = context.as_context_mut();
    context.data().meter.end();
    if let Some(left) = fuel_left(&context) {
        context.data_mut().fuel_at_end = left;
    }
}

fn fuel_left<W: 'static>(context: &StoreContextMut<'_, Guest<W>>) -> Option<u64> {
    // Asking an engine that counts none would make an error, which costs more than the flag.
    if context.data().counts_fuel { context.as_context().get_fuel().ok() } else { None }
}
