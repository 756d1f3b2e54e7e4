//! The guest's linear memory, for the time of a call of the host.

use crate::guest::Guest;
use crate::wasi::Left;
use wasi_common::WasiCtx;
use wasmer::FunctionEnvMut;
use wiggle::GuestMemory;

/// Does something with the guest's system interface and its memory.
///
/// # Errors
/// Where the guest has no memory to be written to, or the call does not return to the guest.
pub fn with<T>(
    mut environment: FunctionEnvMut<'_, Guest>,
    act: impl FnOnce(&mut WasiCtx, &mut GuestMemory<'_>) -> Result<T, Left>,
) -> Result<T, Left> {
    let (guest, store) = environment.data_and_store_mut();
    let Guest { wasi, memory: Some(memory), .. } = guest else {
        return Err(Left::Failed("WASI was called by a module that exports no memory, or by its start".to_owned()));
    };
    let view = memory.view(&store);
    // SAFETY: the guest is suspended until this call returns, no other thread runs it, and nothing here grows the
    // memory or looks at it in another way while the slice is alive.
    let bytes = unsafe { view.data_unchecked_mut() };
    act(wasi, &mut GuestMemory::Unshared(bytes))
}
