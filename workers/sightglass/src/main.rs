//! Kymograph's worker for engine libraries with the C interface of sightglass, a benchmark suite of Wasmtime's authors.

mod abi;
mod capture;
mod hello;
mod session;
mod span;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Sightglass::new())
}
