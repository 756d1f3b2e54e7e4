//! The nouns of Kymograph, their serde forms and their JSON Schemas.
//!
//! This crate does no I/O, reads no clock and depends on no other crate of the house: everything else may depend on
//! it. Quantities are newtypes in base units (seconds, bytes, counts); a scale is chosen only when something is
//! printed.

pub mod benchmark;
pub mod conditions;
pub mod feature;
pub mod filing;
pub mod imported;
pub mod invocation;
pub mod machine;
pub mod metric;
pub mod module;
pub mod name;
pub mod outcome;
pub mod phase;
pub mod plan;
pub mod quantity;
pub mod reference;
pub mod run;
pub mod schema;
pub mod serving;
pub mod typed;
pub mod variant;
pub mod watch;

pub use benchmark::{Benchmark, Check, ExpectedFile, Region};
pub use conditions::{Conditions, Noise, NoiseReason};
pub use feature::Feature;
pub use filing::{Anchor, Commit, Filing, GitHash, ProjectName};
pub use imported::{Imported, Lack, Tool};
pub use invocation::{Invocation, Samples, Verification};
pub use machine::Machine;
pub use metric::{Direction, Metric, Unit};
pub use module::{ModuleHash, ModuleKind};
pub use name::{BenchmarkName, NameParts};
pub use outcome::Outcome;
pub use phase::Phase;
pub use plan::{Close, Plan, StopRule, Sweep};
pub use quantity::{Bytes, LogRatio, Ratio, Seconds, Share, Value};
pub use reference::{Published, PublishedOf, Reference, SizeBaseline};
pub use run::{EngineRecord, Harness, Run, RunId, RunState};
pub use serving::{Arrivals, Database, NotARate, ServePlan, ServeRate, ServeTest};
pub use variant::{Settings, Variant, VariantSpec};
