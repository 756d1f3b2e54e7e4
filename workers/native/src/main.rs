//! Kymograph's worker for what needs no engine: native twins, which are the benchmark's program compiled for the machine
//! itself, and servers without a guest.

mod exit;
mod hello;
mod library;
mod loaded;
mod marks;
mod serving;
mod stage;
mod twin;

use kymo_worker::engine::Arguments;

fn main() -> std::process::ExitCode {
    let arguments = Arguments::of_process();
    kymo_serving::allocator::become_with(&arguments);
    kymo_worker::engine::serve(hello::Native::new(arguments))
}
