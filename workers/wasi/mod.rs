//! WASI 0.1 for engines that leave it to their embedder, through `wasi-common`.

mod context;
mod folder;
#[macro_use]
mod functions;

pub use context::context;
pub use functions::{Left, carried_out};
