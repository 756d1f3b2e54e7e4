//! Kymograph's worker for wasmi, an interpreter of core modules.

mod faults;
mod folder;
mod guest;
mod hello;
mod session;
mod settings;
mod wasi;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Wasmi)
}
