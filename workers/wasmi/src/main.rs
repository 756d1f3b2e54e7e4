//! Kymograph's worker for wasmi, an interpreter of core modules.

#[path = "../../wasi/context.rs"]
mod context;
mod faults;
#[path = "../../wasi/folder.rs"]
mod folder;
mod guest;
mod hello;
mod session;
mod settings;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Wasmi)
}
