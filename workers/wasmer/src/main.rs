//! Kymograph's worker for Wasmer: its compilers Cranelift and Singlepass, and LLVM where that was built in.

#[path = "../../wasi/mod.rs"]
#[macro_use]
mod wasi;

mod code;
mod engine;
mod faults;
mod guest;
mod hello;
mod imports;
mod memory;
mod session;
mod settings;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Wasmer)
}
