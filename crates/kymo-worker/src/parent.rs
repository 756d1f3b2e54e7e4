//! The parent's end: finds workers, starts them, holds them to their limits, and turns every way to fail into an
//! outcome. Nothing that a worker or its guest does can end the parent.

mod conversation;
mod find;
mod invoke;
mod judge;
mod lines;
mod opening;
mod process;
mod resolve;
mod serving;
pub(crate) mod sys;

pub use find::{FindError, Finder, WorkerProgram};
pub use invoke::{Invoker, Limits, Order, ProcessInvoker, Report, ServingOrder};
pub use judge::has_panicked;
pub use resolve::{ResolveError, resolve};
pub use serving::Server;
pub use sys::{die_with_parent, interrupt, keep_to};
