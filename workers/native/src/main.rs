//! Kymograph's worker for native twins: the benchmark's program, compiled for the machine itself.

mod exit;
mod hello;
mod library;
mod loaded;
mod marks;
mod stage;
mod twin;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Native::new())
}
