//! A benchmark: a module with its inputs, its expected output, the features it requires and the region that counts.

use crate::feature::Feature;
use crate::module::{ModuleHash, ModuleKind};
pub use crate::name::BenchmarkName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Which part of the execution counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Region {
    /// What lies between the calls of the imports `bench.start` and `bench.end`.
    Bench,
    /// The whole of `_start` (a core module) or of `wasi:cli/run` (a component).
    Start,
    /// The whole of the export with this name, called with the benchmark's arguments as numbers.
    Export(String),
}

/// How an invocation is verified.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// Standard output may be anything, and another each time; only the exit code must be right.
    None,
    /// Nothing is known beforehand, but every iteration, invocation and variant must give what the first gave.
    Stable,
    /// Standard output has this SHA-256.
    StdoutHash(ModuleHash),
    /// Standard output is what this file held when the run was planned; its hash is kept, too.
    StdoutFile {
        /// Path of the file with the expected output.
        path: String,
        /// SHA-256 of that file.
        sha256: ModuleHash,
    },
    /// Standard output and standard error hold the lines of these files, however the lines end. Where a file is missing
    /// for standard output, that must be stable; for standard error, it may be anything.
    Lines {
        /// What standard output must hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stdout: Option<ExpectedFile>,
        /// What standard error must hold.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stderr: Option<ExpectedFile>,
    },
    /// The invoked export returns these values, printed as the protocol prints them.
    Result(String),
}

/// A file with output that is expected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFile {
    /// Its path.
    pub path: String,
    /// Its SHA-256 when the run was planned.
    pub sha256: ModuleHash,
}

impl Benchmark {
    /// One of which the name is known. Its other fields say nothing, as [`crate::Lack::Modules`] tells.
    pub fn named(name: &str) -> Self {
        Self {
            name: BenchmarkName::new(name),
            flavour: None,
            reference: None,
            sha256: ModuleHash::unknown(),
            module_bytes: crate::Bytes::new(0),
            kind: ModuleKind::Core,
            path: String::new(),
            args: Vec::new(),
            env: BTreeMap::new(),
            stdin: None,
            dirs: BTreeMap::new(),
            requires: BTreeSet::new(),
            region: Region::Start,
            check: Check::None,
            exit_code: 0,
            parameters: BTreeMap::new(),
            native: None,
            serve: None,
            warmup: 0,
        }
    }
}

/// A benchmark as a run records it: everything needed to know what was measured.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Benchmark {
    /// Full name.
    pub name: BenchmarkName,
    /// The flavour, where the benchmark has several (also part of the name, after a colon).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flavour: Option<String>,
    /// What this flavour is compared with, where its suite says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<crate::Reference>,
    /// The module's SHA-256: what the series of this benchmark hangs on.
    pub sha256: ModuleHash,
    /// Size of the module file in bytes.
    pub module_bytes: crate::Bytes,
    /// Core module or component.
    pub kind: ModuleKind,
    /// Path of the module when the run was planned.
    pub path: String,
    /// Arguments after the program's name; for an export, its parameters as numbers.
    #[serde(default)]
    pub args: Vec<String>,
    /// Environment of the guest.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// File that is the guest's standard input.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
    /// Host folders that the guest sees: guest path and host path.
    #[serde(default)]
    pub dirs: BTreeMap<String, String>,
    /// What an engine must support to run it.
    pub requires: BTreeSet<Feature>,
    /// Which part of the execution counts.
    pub region: Region,
    /// How an invocation is verified.
    pub check: Check,
    /// The exit code that means success.
    #[serde(default)]
    pub exit_code: i32,
    /// All parameters and their values in this run; those that are not at their defaults are part of the name, too.
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
    /// Path of the native twin: the same program compiled for this machine, a shared library or an executable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub native: Option<String>,
    /// What is asked of it, where it is a server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serve: Option<crate::ServeTest>,
    /// Iterations thrown away at the start of an invocation, where no calibrated method decides.
    pub warmup: u32,
}
