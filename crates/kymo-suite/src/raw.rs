//! The wire form of `suite.toml`, version 1, as serde reads it and as its JSON Schema describes it.
//!
//! Nothing is checked here beyond keys and types; [`crate::suite`] does the rest. Doc comments become the schema's
//! descriptions.

use kymo_model::{Database, Feature, ModuleHash, ModuleKind, PublishedOf};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The version of the format that this crate reads.
pub(crate) const SCHEMA: i64 = 1;

/// A suite of benchmarks.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "suite.toml, version 1", rename = "Suite")]
pub(crate) struct RawSuite {
    /// Version of this format: 1.
    #[schemars(with = "u32", extend("const" = SCHEMA))]
    pub(crate) schema: Spanned<i64>,
    /// The suite's name: that of its folder.
    #[schemars(with = "Name")]
    pub(crate) name: Spanned<String>,
    /// What the suite shows, and what it does not.
    #[schemars(with = "Prose")]
    pub(crate) about: Spanned<String>,
    /// The variants of a run of this suite where nobody names an engine, as typed after `-e`. One that is not there is
    /// left out.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) engines: Vec<Spanned<String>>,
    /// The flavour that the others of each benchmark are compared with. A benchmark without it is in no such table.
    #[schemars(with = "Option<Name>")]
    pub(crate) base_flavour: Option<Spanned<String>>,
    /// The benchmarks, in the order of listings.
    #[serde(rename = "benchmark")]
    #[schemars(length(min = 1))]
    pub(crate) benchmarks: Vec<RawBenchmark>,
}

/// A benchmark. It has one of `artifact`, `fetch` and `[[benchmark.flavour]]`, and one of `stdout`, `result` and
/// `check = "none"`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Benchmark")]
pub(crate) struct RawBenchmark {
    /// Name within the suite.
    #[schemars(with = "Name")]
    pub(crate) name: Spanned<String>,
    /// What this benchmark shows.
    #[schemars(with = "Prose")]
    pub(crate) about: Spanned<String>,
    /// The module, a `.wasm` or `.wat` file beside `suite.toml`.
    #[schemars(with = "Option<String>")]
    pub(crate) artifact: Option<Spanned<String>>,
    /// The module, where it is in a package of a registry.
    #[schemars(with = "Option<RawFetch>")]
    pub(crate) fetch: Option<Spanned<RawFetch>>,
    /// SHA-256 of the module; mandatory but for `.wat`. For `.wat`, that of the module it is translated to.
    #[schemars(with = "Option<ModuleHash>")]
    pub(crate) sha256: Option<Spanned<String>>,
    /// Core module (default) or component; of flavours, those that do not say.
    #[schemars(with = "Option<ModuleKind>")]
    pub(crate) kind: Option<Spanned<ModuleKind>>,
    /// Standard output that is expected.
    #[schemars(with = "Option<RawStdout>")]
    pub(crate) stdout: Option<Spanned<RawStdout>>,
    /// What the invoked export returns.
    #[schemars(with = "Option<String>")]
    pub(crate) result: Option<Spanned<String>>,
    /// `"none"` where nothing can be expected.
    #[schemars(with = "Option<RawCheck>")]
    pub(crate) check: Option<Spanned<RawCheck>>,
    /// The exit code that means success.
    #[serde(default)]
    pub(crate) exit_code: i32,
    /// What an engine must support: at least what the module is found to require.
    #[schemars(with = "Option<Vec<Feature>>")]
    pub(crate) requires: Option<Spanned<Vec<Spanned<String>>>>,
    /// What counts; by default what the module brackets, else the whole of its start.
    #[schemars(with = "Option<RawRegion>")]
    pub(crate) region: Option<Spanned<RawRegion>>,
    /// Arguments after the program's name, or the export's parameters; `{parameter}` is replaced.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(crate) args: Vec<Spanned<String>>,
    /// Environment of the guest; `{parameter}` is replaced.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) env: BTreeMap<String, Spanned<String>>,
    /// File that is the guest's standard input; `{parameter}` is replaced.
    #[schemars(with = "Option<String>")]
    pub(crate) stdin: Option<Spanned<String>>,
    /// Folder that the guest sees as `.`, read-only.
    #[schemars(with = "Option<String>")]
    pub(crate) files: Option<Spanned<String>>,
    /// Names of subsets, for `--tag`.
    #[serde(default)]
    #[schemars(with = "Vec<Name>")]
    pub(crate) tags: Vec<Spanned<String>>,
    /// Iterations thrown away at the start of an invocation.
    pub(crate) warmup: Option<u32>,
    /// Where the module's source is.
    pub(crate) source: Option<String>,
    /// How it was built.
    pub(crate) build: Option<String>,
    /// The same program compiled for the machine itself.
    pub(crate) native: Option<RawNative>,
    /// What can be varied.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, RawParameter>")]
    pub(crate) parameters: BTreeMap<Spanned<String>, RawParameter>,
    /// What is asked of it, where it is a server: then nothing is expected of its output.
    #[schemars(with = "Option<RawServe>")]
    pub(crate) serve: Option<Spanned<RawServe>>,
    /// A benchmark of this suite (`NAME` or `NAME:FLAVOUR`) whose module is in every flavour of this one, as a program
    /// that does nothing is: sizes are compared without it, too.
    #[schemars(with = "Option<String>")]
    pub(crate) size_baseline: Option<Spanned<String>>,
    /// Several implementations of one benchmark.
    #[serde(default, rename = "flavour")]
    pub(crate) flavours: Vec<RawFlavour>,
}

/// One of several implementations of a benchmark.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Flavour")]
pub(crate) struct RawFlavour {
    /// Name of the flavour.
    #[schemars(with = "Name")]
    pub(crate) name: Spanned<String>,
    /// The module, a `.wasm` or `.wat` file beside `suite.toml`.
    #[schemars(with = "Option<String>")]
    pub(crate) artifact: Option<Spanned<String>>,
    /// The module, where it is in a package of a registry.
    #[schemars(with = "Option<RawFetch>")]
    pub(crate) fetch: Option<Spanned<RawFetch>>,
    /// SHA-256 of the module; mandatory but for `.wat`.
    #[schemars(with = "Option<ModuleHash>")]
    pub(crate) sha256: Option<Spanned<String>>,
    /// Core module or component, where it is not the benchmark's kind.
    #[schemars(with = "Option<ModuleKind>")]
    pub(crate) kind: Option<Spanned<ModuleKind>>,
    /// What an engine must support.
    #[schemars(with = "Option<Vec<Feature>>")]
    pub(crate) requires: Option<Spanned<Vec<Spanned<String>>>>,
    /// What others published of this flavour.
    #[serde(default)]
    #[schemars(with = "Vec<RawPublished>")]
    pub(crate) published: Vec<RawPublished>,
}

/// A figure that others published: a ratio to the base flavour. It is shown beside what is measured, marked as published.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Published")]
pub(crate) struct RawPublished {
    /// What it is about: the run time or the size of the module.
    pub(crate) of: PublishedOf,
    /// The flavour's figure divided by that of the base flavour: below 1, the flavour is faster or smaller.
    #[schemars(extend("exclusiveMinimum" = 0))]
    #[schemars(with = "f64")]
    pub(crate) ratio: Spanned<f64>,
    /// Which of several figures it is: a version, an engine.
    #[schemars(with = "Option<Prose>")]
    pub(crate) label: Option<Spanned<String>>,
    /// Where it was published, and when.
    #[schemars(with = "Prose")]
    pub(crate) source: Spanned<String>,
}

/// A module in a package of a registry, downloaded on first use and kept in the user's cache.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Fetch")]
pub(crate) struct RawFetch {
    /// The registry.
    pub(crate) registry: RawRegistry,
    /// The package's name there.
    #[schemars(with = "String")]
    pub(crate) package: Spanned<String>,
    /// Its version, in full.
    #[schemars(with = "String")]
    pub(crate) version: Spanned<String>,
    /// SHA-256 of the package's file.
    #[schemars(with = "ModuleHash")]
    pub(crate) package_sha256: Spanned<String>,
    /// The module's path in the package.
    #[schemars(with = "String")]
    pub(crate) file: Spanned<String>,
}

/// A registry of packages.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Registry")]
pub(crate) enum RawRegistry {
    /// The Python Package Index, through pip: wheels only.
    Pypi,
    /// The registry of npm, through npm.
    Npm,
}

/// Expected standard output: one of the three.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Stdout", extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct RawStdout {
    /// What this file holds; `{parameter}` is replaced in its name.
    #[schemars(with = "Option<String>")]
    pub(crate) file: Option<Spanned<String>>,
    /// Anything with this SHA-256.
    #[schemars(with = "Option<ModuleHash>")]
    pub(crate) sha256: Option<Spanned<String>>,
    /// This text.
    pub(crate) text: Option<String>,
}

/// Where nothing can be expected.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Check")]
pub(crate) enum RawCheck {
    /// Only the exit code counts, and that every iteration does as the first did.
    None,
}

/// What counts.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Region")]
pub(crate) enum RawRegion {
    /// What lies between the calls of `bench.start` and `bench.end`.
    Bench,
    /// The whole of `_start` or `wasi:cli/run`.
    Start,
    /// The whole of the export with this name.
    Export(String),
}

/// The native twin of a benchmark.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Native")]
pub(crate) struct RawNative {
    /// The program or library, beside `suite.toml`.
    #[schemars(with = "String")]
    pub(crate) artifact: Spanned<String>,
}

/// What is asked of a server. `{parameter}` is replaced in every text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Serve")]
pub(crate) struct RawServe {
    /// The test, as servers know it.
    #[schemars(with = "String")]
    pub(crate) test: Spanned<String>,
    /// Path and query of the requests.
    #[schemars(with = "String")]
    pub(crate) path: Spanned<String>,
    /// The rule that answers are verified by: a test of TechEmpower's, or `ok`, the default, for any status below 400.
    #[schemars(with = "Option<String>")]
    pub(crate) expect: Option<Spanned<String>>,
    /// Requests under way on a connection at a time; 1 by default.
    #[schemars(with = "Option<String>")]
    pub(crate) pipeline: Option<Spanned<String>>,
    /// Connections; 64 by default.
    #[schemars(with = "Option<String>")]
    pub(crate) connections: Option<Spanned<String>>,
    /// How fast requests come: `peak`, the default, requests a second, or a share of the base line's peak.
    #[schemars(with = "Option<String>")]
    pub(crate) rate: Option<Spanned<String>>,
    /// How many of the servers' logical processors it gets; `all` by default.
    #[schemars(with = "Option<String>")]
    pub(crate) cores: Option<Spanned<String>>,
    /// The database that the server must reach; it is started, or named by `KYMO_POSTGRES`.
    pub(crate) database: Option<Database>,
}

/// Something that can be varied.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Parameter")]
pub(crate) struct RawParameter {
    /// Its value where nobody says.
    #[schemars(with = "String")]
    pub(crate) default: Spanned<String>,
    /// What it means.
    #[schemars(with = "Prose")]
    pub(crate) about: Spanned<String>,
    /// The values it may have; any where this is missing.
    #[schemars(with = "Option<Vec<String>>")]
    pub(crate) values: Option<Spanned<Vec<Spanned<String>>>>,
    /// Its value where this tag of the benchmark is asked for, and nobody says otherwise.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(crate) by_tag: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// Stands for names in the schema: letters, digits, and `.`, `_`, `-` between them.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Name(#[schemars(regex(pattern = "^[A-Za-z0-9][A-Za-z0-9._-]*$"))] String);

/// Stands for prose in the schema: not empty.
#[derive(JsonSchema)]
#[allow(dead_code, reason = "only its schema is used")]
struct Prose(#[schemars(length(min = 1))] String);

/// The JSON Schema of `suite.toml`.
pub fn suite_schema() -> serde_json::Value {
    schemars::schema_for!(RawSuite).to_value()
}
