//! Kymograph's worker for wasm2c: modules become C, which a C compiler makes into a shared library that is loaded here.

#[path = "../../wasi/mod.rs"]
#[macro_use]
mod wasi;

mod guest;
mod header;
mod hello;
mod host;
mod library;
mod linking;
mod pipeline;
mod session;
mod settings;
mod tools;

fn main() -> std::process::ExitCode {
    match tools::Tools::find() {
        Ok(tools) => kymo_worker::engine::serve(hello::Wasm2c { tools }),
        Err(missing) => {
            eprintln!("kymo-worker-wasm2c: {missing}");
            std::process::ExitCode::FAILURE
        }
    }
}
