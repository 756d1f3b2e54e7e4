//! What a store holds, and the marks that begin and end the region.

use kymo_worker::engine::Meter;
use wasmi::{AsContext, AsContextMut, StoreContextMut};
use wasmi_wasi::WasiCtx;

/// Fuel to start with; never used up.
pub const FUEL: u64 = u64::MAX;

/// What a store holds: the system interface, and the fuel left at both ends of the region.
pub struct Guest {
    pub wasi: WasiCtx,
    meter: Meter,
    counts_fuel: bool,
    fuel_at_start: u64,
    fuel_at_end: u64,
}

impl Guest {
    pub fn new(wasi: WasiCtx, meter: Meter, counts_fuel: bool) -> Self {
        Self { wasi, meter, counts_fuel, fuel_at_start: 0, fuel_at_end: 0 }
    }

    /// Fuel used between the marks.
    pub fn fuel(&self) -> Option<u64> {
        self.counts_fuel.then(|| self.fuel_at_start.saturating_sub(self.fuel_at_end))
    }
}

/// The region begins. The meter comes last, so that nothing else lies inside.
pub fn start(mut context: impl AsContextMut<Data = Guest>) {
    let mut context = context.as_context_mut();
    if let Some(left) = fuel_left(&context) {
        context.data_mut().fuel_at_start = left;
    }
    context.data().meter.start();
}

/// The region ends. The meter comes first.
pub fn end(mut context: impl AsContextMut<Data = Guest>) {
    let mut context = context.as_context_mut();
    context.data().meter.end();
    if let Some(left) = fuel_left(&context) {
        context.data_mut().fuel_at_end = left;
    }
}

fn fuel_left(context: &StoreContextMut<'_, Guest>) -> Option<u64> {
    if context.data().counts_fuel { context.as_context().get_fuel().ok() } else { None }
}
