//! Suites of benchmarks and single modules: from what a user names to [`kymo_model::Benchmark`]s ready to be run.
//!
//! A suite is a folder with a `suite.toml` (`raw` is its wire form, [`suite`] its checked form). [`Suites`] finds
//! suites by name and resolves what a user asked for; [`mod@single`] does the same for a file given by itself. Both look
//! into the module ([`mod@inspect`]), so that a missing feature, import or export is said before anything is run.
//!
//! This crate prints nothing, and runs nothing but the clients of package registries ([`mod@fetch`]), where a suite
//! names a module in a package. The only files it writes are modules translated from text and modules fetched, into the
//! cache folder that the caller names.

mod artifact;
pub mod error;
pub mod fetch;
pub mod inspect;
pub mod raw;
mod reference;
mod region;
mod resolve;
pub mod selection;
pub mod sightglass;
pub mod single;
pub mod suite;
pub mod suites;
mod template;

pub use artifact::ArtifactError;
pub use error::{Located, SuiteError, Unknown};
pub use fetch::{FetchError, Fetched, Package};
pub use inspect::{InspectError, Inspection, inspect};
pub use raw::suite_schema;
pub use selection::{Selected, Selection};
pub use single::{SingleFile, single};
pub use suite::Suite;
pub use suites::{BenchmarkSummary, SuiteSummary, Suites};

/// Iterations thrown away at the start of an invocation where neither suite nor user says: the first touches memory
/// and fills caches for the others. The classification afterwards decides about real warm-up.
pub const DEFAULT_WARMUP: u32 = 1;
