//! Instances of a handler: made when a request needs one.

use super::host::Host;
use super::reuse::{Expiration, Policy};
use super::settings::Reuse;
use crate::wasi::{self, Output};
use kymo_serving::Failures;
use kymo_worker::protocol::{Failure, Open};
use wasmtime::{Engine, Store};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{HandlerState, Instance, ProxyPre};

/// Fuel to start with; never used up.
const FUEL: u64 = u64::MAX;

/// What instances are made of.
pub struct Guests {
    pub engine: Engine,
    pub component: ProxyPre<Host>,
    pub open: Open,
    pub output: Output,
    /// Whether the component imports sockets; only then it gets the host's network.
    pub has_network: bool,
    pub reuse: Reuse,
    pub failures: Failures,
}

impl Guests {
    fn system(&self) -> Result<WasiCtx, Failure> {
        let mut builder = wasi::complete(&self.open, &self.output)?;
        if self.has_network {
            builder.inherit_network().allow_tcp(true).allow_ip_name_lookup(true);
        }
        Ok(builder.build())
    }
}

impl HandlerState for Guests {
    type StoreData = Host;
    type WorkerExpiration = Expiration;
    type WorkerState = Policy;

    async fn instantiate(&self) -> wasmtime::Result<Instance<Host, Expiration, Policy>> {
        let system = self.system().map_err(|failure| wasmtime::Error::msg(failure.outcome.reason().to_owned()))?;
        let mut store = Store::new(&self.engine, Host::new(system));
        if self.engine.get_consume_fuel() {
            store.set_fuel(FUEL)?;
        }
        if self.engine.get_epoch_interruption() {
            // Nobody ever increments the epoch.
            store.set_epoch_deadline(1);
        }
        let proxy = self.component.instantiate_async(&mut store).await?;
        let (reuse, failures) = (self.reuse, self.failures.clone());
        let (expiration, state) = (Expiration::new(reuse.idle), Policy { reuse, failures });
        Ok(Instance { store, proxy, view: Host::http, expiration, state })
    }
}
