//! Engines built from a checkout: what is registered, and how a build comes about.
//!
//! A build is our own worker for an engine, compiled against the engine's sources in a folder of the user's. Neither the
//! checkout nor our sources are touched: a package is generated that patches the checkout's packages in.

mod cargo;
mod checkout;
mod diagnosis;
mod identity;
mod make;
mod package;
mod record;
mod registry;
mod worker;

pub use make::{Wish, fetch, make};
pub use record::{Record, Source};
pub use registry::{Built, Registry};
