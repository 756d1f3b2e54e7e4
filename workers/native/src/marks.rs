//! The functions that a twin calls around its region, as a module calls its imports `bench.start` and `bench.end`: a
//! leaf module, since names that others link to are `unsafe`.

use kymo_worker::engine::Meter;
use std::sync::OnceLock;

static METER: OnceLock<Meter> = OnceLock::new();

/// Lets the twin's calls reach the meter; without this they do nothing. Says whether it was the first time: the
/// functions are the process's, so one process serves one twin.
pub fn connect(meter: &Meter) -> bool {
    METER.set(meter.clone()).is_ok()
}

/// The region begins.
// SAFETY: no other function of this program has the name, and the twin calls it with C's convention and no arguments.
#[unsafe(no_mangle)]
pub extern "C" fn bench_start() {
    if let Some(meter) = METER.get() {
        meter.start();
    }
}

/// The region ends.
// SAFETY: no other function of this program has the name, and the twin calls it with C's convention and no arguments.
#[unsafe(no_mangle)]
pub extern "C" fn bench_end() {
    if let Some(meter) = METER.get() {
        meter.end();
    }
}

/// Nothing of this program calls the two, so that a linker would leave them out.
#[used]
static KEPT: [extern "C" fn(); 2] = [bench_start, bench_end];
