//! Where a run belongs in the record: its project, its commit, and what its variants are there for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Characters of a project's name at most: it becomes part of file names.
pub const PROJECT_NAME_MAX: usize = 64;

/// The name of a project, as `wasmtime`: letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct ProjectName(String);

/// The hash of a git commit or tree: 40 hexadecimal digits, or 64 where the repository uses SHA-256.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct GitHash(String);

/// A text that is no name of a project.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is no project's name: up to 64 letters, digits, '-', '_' and '.', beginning with a letter or a digit")]
pub struct NotAProject(String);

/// A text that is no whole hash.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("'{0}' is no whole git hash: 40 or 64 hexadecimal digits")]
pub struct NotAHash(String);

impl ProjectName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for ProjectName {
    type Err = NotAProject;

    fn from_str(text: &str) -> Result<Self, NotAProject> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let begins = text.chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
        if begins && text.len() <= PROJECT_NAME_MAX && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAProject(text.to_owned()))
        }
    }
}

impl TryFrom<String> for ProjectName {
    type Error = NotAProject;
    fn try_from(text: String) -> Result<Self, NotAProject> {
        text.parse()
    }
}

impl From<ProjectName> for String {
    fn from(name: ProjectName) -> Self {
        name.0
    }
}

impl std::fmt::Display for ProjectName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

impl GitHash {
    /// Digits by which people name a commit.
    pub const SHORT: usize = 12;

    /// All digits, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first [`GitHash::SHORT`] digits.
    pub fn short(&self) -> &str {
        &self.0[..Self::SHORT]
    }
}

impl std::str::FromStr for GitHash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        if matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotAHash(text.to_owned()))
        }
    }
}

impl TryFrom<String> for GitHash {
    type Error = NotAHash;
    fn try_from(text: String) -> Result<Self, NotAHash> {
        text.parse()
    }
}

impl From<GitHash> for String {
    fn from(hash: GitHash) -> Self {
        hash.0
    }
}

impl std::fmt::Display for GitHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A commit, as far as it is known: without the repository at hand, only its hash may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Commit {
    /// Its hash.
    pub hash: GitHash,
    /// The hash of its tree: equal trees are equal sources, whatever their history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<GitHash>,
    /// Its parents, the first of which is the branch that it was merged into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<GitHash>,
    /// The committer's time, as seconds since 1970-01-01 UTC; to be shown, never to order by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed_unix_s: Option<u64>,
    /// The first line of its message.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The author's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub author: String,
}

impl Commit {
    /// A commit of which only the hash is known.
    pub const fn unknown(hash: GitHash) -> Self {
        Self {
            hash,
            tree: None,
            parents: Vec::new(),
            committed_unix_s: None,
            title: String::new(),
            author: String::new(),
        }
    }
}

/// A variant that is a build of an older release, measured beside the newest: what drift is told from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Anchor {
    /// Index of the variant in the plan.
    pub variant: u32,
    /// The release that it was built from, as people call it.
    pub release: String,
    /// The release's commit.
    pub commit: Commit,
}

/// Where a run belongs: the commit of a project that its variants were built from, but for a canary and anchors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Filing {
    /// The project.
    pub project: ProjectName,
    /// The commit.
    pub commit: Commit,
    /// Index of the variant that is the canary: a build that never changes, which the machine alone can slow down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub canary: Option<u32>,
    /// Variants that are builds of older releases.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub anchors: Vec<Anchor>,
}

impl Filing {
    /// Whether a variant of the plan stands for the commit itself.
    pub fn is_subject(&self, variant: u32) -> bool {
        self.canary != Some(variant) && self.anchors.iter().all(|anchor| anchor.variant != variant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_fit_for_files() {
        for good in ["wasmtime", "a", "x-1_2.3"] {
            assert_eq!(good.parse::<ProjectName>().unwrap().as_str(), good);
        }
        let long = "x".repeat(65);
        for bad in ["", ".", "../x", "-x", "a b", "ä", long.as_str()] {
            assert!(bad.parse::<ProjectName>().is_err(), "{bad}");
        }
    }

    #[test]
    fn hashes_are_whole() {
        let text = "0123456789ABCDEF0123456789abcdef01234567";
        let hash: GitHash = text.parse().unwrap();
        assert_eq!((hash.as_str(), hash.short()), (text.to_lowercase().as_str(), "0123456789ab"));
        assert!("0123456".parse::<GitHash>().is_err());
        assert!(serde_json::from_str::<GitHash>("\"zz\"").is_err());
    }

    #[test]
    fn the_canary_and_the_anchors_are_no_subjects() {
        let commit = Commit::unknown("0".repeat(40).parse().unwrap());
        let anchor = Anchor { variant: 2, release: "v1".to_owned(), commit: commit.clone() };
        let project = "p".parse().unwrap();
        let filing = Filing { project, commit, canary: Some(0), anchors: vec![anchor] };
        assert_eq!([0, 1, 2].map(|variant| filing.is_subject(variant)), [false, true, false]);
    }
}
