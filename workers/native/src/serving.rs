//! Servers without a guest: the base line that every engine is compared with, and a server that others know.

mod answers;
mod database;
mod fortunes;
mod nginx;
mod session;

pub use nginx::{program, version};
pub use session::{DECLARED_FOR, ServerSession, declared};

/// The strategy that answers in this process, by the server that all workers share.
pub const HYPER: &str = "hyper";

/// The strategy that starts nginx.
pub const NGINX: &str = "nginx";
