//! Kymograph's worker for Wasmtime: Cranelift, Winch and the Pulley interpreter, core modules and components.

mod blocking;
mod compiler_flags;
mod component;
mod config;
mod core_module;
mod faults;
mod guest;
mod hello;
mod resolved;
mod settings;
mod wasi;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Wasmtime)
}
