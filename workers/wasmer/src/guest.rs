//! What a store holds, and the marks that begin and end the region.

use kymo_worker::engine::Meter;
use wasi_common::WasiCtx;
use wasmer::{AsStoreMut, FunctionEnvMut, Global, Instance, Memory, Value};

/// Fuel to start with; never used up.
pub const FUEL: u64 = u64::MAX;

/// The global in which Wasmer's metering keeps what is left.
const FUEL_LEFT: &str = "wasmer_metering_remaining_points";

/// What a store holds: the system interface, the guest's memory, and the fuel left at both ends of the region.
pub struct Guest {
    pub wasi: WasiCtx,
    pub memory: Option<Memory>,
    meter: Meter,
    fuel_left: Option<Global>,
    fuel_at_start: u64,
    fuel_at_end: u64,
}

impl Guest {
    pub fn new(wasi: WasiCtx, meter: Meter) -> Self {
        Self { wasi, memory: None, meter, fuel_left: None, fuel_at_start: 0, fuel_at_end: 0 }
    }

    /// Takes from a fresh instance what calls of the host need.
    pub fn attach(&mut self, instance: &Instance, counts_fuel: bool) {
        self.memory = instance.exports.get_memory("memory").ok().cloned();
        self.fuel_left = counts_fuel.then(|| instance.exports.get_global(FUEL_LEFT).ok().cloned()).flatten();
    }

    /// Fuel used between the marks.
    pub fn fuel(&self) -> Option<u64> {
        self.fuel_left.is_some().then(|| self.fuel_at_start.saturating_sub(self.fuel_at_end))
    }

    fn left(&self, store: &mut impl AsStoreMut) -> Option<u64> {
        match self.fuel_left.as_ref()?.get(store) {
            Value::I64(left) => Some(left as u64),
            _ => None,
        }
    }
}

/// The region begins. The meter comes last, so that nothing else lies inside.
pub fn start(environment: &mut FunctionEnvMut<'_, Guest>) {
    let (guest, mut store) = environment.data_and_store_mut();
    if let Some(left) = guest.left(&mut store) {
        guest.fuel_at_start = left;
    }
    guest.meter.start();
}

/// The region ends. The meter comes first.
pub fn end(environment: &mut FunctionEnvMut<'_, Guest>) {
    let (guest, mut store) = environment.data_and_store_mut();
    guest.meter.end();
    if let Some(left) = guest.left(&mut store) {
        guest.fuel_at_end = left;
    }
}
