//! Kymograph's worker for Wasmtime: Cranelift, Winch and the Pulley interpreter, core modules and components, as programs
//! and as servers.

mod blocking;
mod code;
mod compiler_flags;
mod component;
mod config;
mod core_module;
mod entry;
mod faults;
mod fiber_program;
mod fiber_world;
mod fibers;
mod guest;
mod hello;
mod mappings;
mod resolved;
mod serving;
mod settings;
mod wasi;

use kymo_worker::engine::Arguments;

fn main() -> std::process::ExitCode {
    kymo_serving::allocator::become_with(&Arguments::of_process());
    kymo_worker::engine::serve(hello::Wasmtime)
}
