//! The parent's end: finds workers, starts them, holds them to their limits, and turns every way to fail into an
//! outcome. Nothing that a worker or its guest does can end the parent.

mod conversation;
mod find;
mod invoke;
mod judge;
mod lines;
mod process;
mod resolve;
pub(crate) mod sys;

pub use find::{FindError, Finder, WorkerProgram};
pub use invoke::{Invoker, Limits, Order, ProcessInvoker, Report};
pub use judge::has_panicked;
pub use resolve::{ResolveError, resolve};
