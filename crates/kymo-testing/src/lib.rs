//! Servers that tests start for themselves. Nothing of this is shipped: crates name it for their tests only.

mod postgres;
mod programs;

pub use postgres::{Postgres, Setup, postgres};
