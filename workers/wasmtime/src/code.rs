//! A core module, compiled.

use crate::config::Prepared;
use crate::{faults, mappings};
use kymo_model::ModuleHash;
use kymo_worker::protocol::Failure;
use wasmtime::Module;

/// A core module's code.
pub struct Code {
    pub module: Module,
    /// Functions alone: the text section as a whole is rounded up to pages.
    pub bytes: u64,
    pub sha256: Option<ModuleHash>,
}

impl Code {
    /// Compiles the module, timed.
    pub fn compile(prepared: &Prepared) -> Result<Self, Failure> {
        mappings::announce(&prepared.module);
        prepared.meter.start();
        let module = Module::from_binary(&prepared.engine, &prepared.module);
        prepared.meter.end();
        let module = module.map_err(faults::failed)?;
        let bytes = module.functions().map(|function| function.len as u64).sum();
        let sha256 = prepared.code_sha256(module.text());
        Ok(Self { module, bytes, sha256 })
    }
}
