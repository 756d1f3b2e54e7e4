//! What belongs to an instance on the host's side.

use crate::wasi::Left;
use kymo_worker::engine::Meter;
use wasi_common::WasiCtx;

/// The system interface, the meter for the marks of the region, and why the guest was left.
pub struct Guest {
    pub wasi: WasiCtx,
    pub meter: Meter,
    pub left: Option<Left>,
}
