//! The machine code that Wasmer made from a module.

use kymo_model::ModuleHash;
use sha2::{Digest, Sha256};
use wasmer::Module;

/// Size of the code of all functions in bytes, and its hash. Trampolines, tables and what else an artifact holds are no
/// code of the module. `None` where Wasmer does not say where the functions lie.
pub fn measured(module: &Module) -> Option<(u64, ModuleHash)> {
    let extents = module.sys_artifact()?.finished_function_extents()?;
    let (mut bytes, mut digest) = (0, Sha256::new());
    for (_, extent) in extents {
        // SAFETY: Wasmer says that the function's code lies there; it is mapped readable, nothing writes to it after
        // compilation, and it stays for as long as the module, which is borrowed.
        let code = unsafe { std::slice::from_raw_parts((*extent.ptr).cast::<u8>(), extent.length) };
        digest.update(code);
        bytes += code.len() as u64;
    }
    Some((bytes, ModuleHash::from_bytes(digest.finalize().into())))
}
