//! What is recorded of a build: `build.json` in its folder.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The version of [`Record`].
pub const RECORD_SCHEMA: u32 = 1;

/// Where a build came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The form's version: [`RECORD_SCHEMA`].
    pub schema: u32,
    /// The engine's name, as in `kymo-worker-NAME`.
    pub engine: String,
    /// The build's name, after the `@`.
    pub name: String,
    /// The engine's version, from its manifest.
    pub version: String,
    /// What tells this build from others: commit, state of the checkout, flags and toolchain.
    pub build_id: String,
    /// When it was built, in seconds since 1970.
    pub built_unix_s: u64,
    /// The checkouts, in the order in which they were given.
    pub sources: Vec<Source>,
    /// The packages that were taken from the checkouts, with their versions.
    pub packages: BTreeMap<String, String>,
    /// The flags of the compiler, beside cargo's own.
    pub rustflags: String,
    /// Settings of the release profile that differ from the worker's.
    pub profile: BTreeMap<String, String>,
    /// Features of the engine's package that were asked for beside the worker's.
    pub features: Vec<String>,
    /// What `rustc -V` says.
    pub toolchain: String,
    /// The version of `kymo` that built it.
    pub kymo: String,
}

/// A folder that was built from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The folder.
    pub path: String,
    /// The commit that is checked out; none where the folder is in no git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// SHA-256 of what differs from the commit, or of the whole sources where there is no commit; none for a clean
    /// checkout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_sha256: Option<String>,
}

impl Source {
    /// The short form: `b1946ac92492`, `b1946ac92492-dirty-3f2a91cc`, `tree-3f2a91cc0b1d`.
    pub fn short(&self) -> String {
        let start = |text: &str, count: usize| text.chars().take(count).collect::<String>();
        match (&self.commit, &self.changes_sha256) {
            (Some(commit), None) => start(commit, 12),
            (Some(commit), Some(changes)) => format!("{}-dirty-{}", start(commit, 12), start(changes, 8)),
            (None, changes) => format!("tree-{}", start(changes.as_deref().unwrap_or(""), 12)),
        }
    }
}

impl Record {
    /// The commits or trees that it was built from, short.
    pub fn commit(&self) -> String {
        let mut shorts: Vec<String> = self.sources.iter().map(Source::short).collect();
        shorts.dedup();
        shorts.join(" ")
    }
}
