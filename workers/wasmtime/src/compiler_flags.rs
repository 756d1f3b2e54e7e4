//! Flags of the code generator that Wasmtime has no setting of its own for.

use wasmtime::Config;

/// Passes a list like `name=value;name` on. Unknown names and values are refused when the engine is made.
pub fn pass(config: &mut Config, list: &str) {
    for item in list.split(';').map(str::trim).filter(|item| !item.is_empty()) {
        match item.split_once('=') {
            Some((name, value)) => set(config, name.trim(), value.trim()),
            None => enable(config, item),
        }
    }
}

/// Gives a flag its value.
pub fn set(config: &mut Config, name: &str, value: &str) {
    // SAFETY: some flags make code that the runtime does not expect. This process runs one benchmark, for the person
    // who chose the flag in order to measure it, and holds nothing of anyone else.
    unsafe { config.cranelift_flag_set(name, value) };
}

fn enable(config: &mut Config, name: &str) {
    // SAFETY: as in `set`.
    unsafe { config.cranelift_flag_enable(name) };
}
