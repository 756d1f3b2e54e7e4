//! The head: which files are current. The only file that pages need and that changes.

use serde::{Deserialize, Serialize};

/// Raised when the same history would be published otherwise, as with other groups.
pub const LAYOUT: u32 = 2;

/// The head.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the form of all files.
    pub format: u32,
    /// When it was published.
    pub generated_unix_s: u64,
    /// The `kymo` that published it.
    pub kymo: String,
    /// The catalogue.
    pub catalog: String,
    /// The newest values.
    pub latest: String,
    /// Parts of the incidents, newest first.
    pub incidents: Vec<String>,
    /// The machines.
    pub machines: String,
    /// The benchmarks.
    pub benchmarks: String,
    /// Parts of the runs, newest first.
    pub runs: Vec<String>,
    /// The projects.
    pub projects: Vec<HeadProject>,
    /// What the next publication goes on from; no page reads it.
    pub state: String,
}

/// A project with its commits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadProject {
    /// The project.
    #[serde(flatten)]
    pub project: crate::entries::Project,
    /// The commits, a thousand a file, oldest first.
    pub commit_files: Vec<String>,
}

/// A file of commits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commits {
    /// Position of the first.
    pub first: u32,
    /// Twelve digits each.
    pub hashes: Vec<String>,
    /// Times, for reading only.
    pub unix_s: Vec<Option<u64>>,
    /// First lines of their messages.
    pub titles: Vec<String>,
    /// Who wrote them.
    pub authors: Vec<String>,
}

/// What the next publication goes on from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The publisher's [`LAYOUT`]: after another one everything is written anew.
    pub layout: u32,
    /// How far the source had come.
    pub generation: crate::Generation,
    /// What the source calls the series, in the catalogue's order.
    pub ids: Vec<i64>,
}
