//! Servers that tests start for themselves, and archives that they hand in. Nothing of this is shipped: crates name it for their tests only.

mod archives;
mod postgres;
mod programs;

pub use archives::tar_of;
pub use postgres::{Postgres, Setup, postgres};
