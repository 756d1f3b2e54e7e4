//! Kymograph's worker for any command, timed as whole processes, or loaded as a server.

mod command;
mod hello;
mod search;

fn main() -> std::process::ExitCode {
    kymo_worker::engine::serve(hello::Exec::new())
}
