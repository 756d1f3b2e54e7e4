//! The server: the site over a live store, and the API of the queue. It publishes into a folder of its own and serves the
//! files of that folder, so that what it shows is what `kymo site build` would write. Whatever matters is in the store, so
//! that any number of servers may share one.

mod api;
mod clean;
mod git;
mod listen;
mod mirror;
mod options;
mod places;
mod pool;
mod results;
mod serve;
mod site;
mod sweeper;

pub use api::login::{Provider, ProviderKind};
pub use api::wire;
pub use api::{check_external, check_policy, openapi::document as openapi};
pub use kymo_site::{Options, PublishError, Source};
pub use options::{ApiOptions, Detect, Event, ServeError, ServeOptions};
pub use results::Points;
pub use serve::serve;
