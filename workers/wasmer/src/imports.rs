//! What the host provides: WASI, and the marks of the region.

use crate::guest::{self, Guest};
use crate::memory;
use crate::wasi::{Left, carried_out};
use kymo_worker::protocol::Failure;
use wasi_common::snapshots::preview_1::wasi_snapshot_preview1 as preview_1;
use wasmer::{Function, FunctionEnv, FunctionEnvMut, Imports, Module, Store};

macro_rules! define {
    ($($name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        /// A function of WASI in a store, if there is one of that name.
        fn system_call(name: &str, store: &mut Store, guest: &FunctionEnv<Guest>) -> Option<Function> {
            Some(match name {
                $(stringify!($name) => Function::new_typed_with_env(
                    store,
                    guest,
                    |environment: FunctionEnvMut<'_, Guest>, $($argument: $type),*| -> Result<$result, Left> {
                        memory::with(environment, |wasi, memory| {
                            carried_out(preview_1::$name(wasi, memory, $($argument),*))
                        })
                    },
                ),)*
                _ => return None,
            })
        }
    };
}

wasi_functions!(define);

/// The imports of a module, made for a store: Wasmer's functions belong to one.
///
/// # Errors
/// `invalid`, naming the import that nobody provides.
pub fn imports(module: &Module, store: &mut Store, guest: &FunctionEnv<Guest>) -> Result<Imports, Failure> {
    let mut imports = Imports::new();
    for import in module.imports() {
        let found = match (import.module(), import.name()) {
            ("bench", "start") => Some(Function::new_typed_with_env(store, guest, mark_start)),
            ("bench", "end") => Some(Function::new_typed_with_env(store, guest, mark_end)),
            ("wasi_snapshot_preview1", name) => system_call(name, store, guest),
            _ => None,
        };
        let function = found.ok_or_else(|| {
            Failure::invalid(format!("import \"{}\"::\"{}\" is unknown", import.module(), import.name()))
        })?;
        imports.define(import.module(), import.name(), function);
    }
    Ok(imports)
}

fn mark_start(mut environment: FunctionEnvMut<'_, Guest>) {
    guest::start(&mut environment);
}

fn mark_end(mut environment: FunctionEnvMut<'_, Guest>) {
    guest::end(&mut environment);
}
