//! What a user asks of a suite, and what comes of it.

use kymo_model::Benchmark;
use std::collections::BTreeMap;

/// What narrows a suite down and fills its parameters in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only benchmarks with one of these tags; all where this is empty.
    pub tags: Vec<String>,
    /// Values of parameters; the others keep their defaults.
    pub parameters: BTreeMap<String, String>,
}

/// A benchmark ready to be planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Selected {
    /// The benchmark, with absolute paths and its parameters filled in.
    pub benchmark: Benchmark,
    /// Imports that nobody provides, each a phrase for people; a module with any of them is not worth starting.
    pub unprovided: Vec<String>,
}
