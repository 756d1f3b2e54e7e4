//! What can be wrong with a suite or a module, in sentences that say where and what to do.

use crate::artifact::ArtifactError;
use crate::fetch::FetchError;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// Something at a place in a `suite.toml`.
    #[error(transparent)]
    At(Box<Located>),
    /// A `suite.toml` or a folder of suites that cannot be read.
    #[error("cannot read {path}: {source}", path = .path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A name that means nothing.
    #[error(transparent)]
    Unknown(Box<Unknown>),
    /// A selection that leaves nothing over, or sets what nobody declares.
    #[error("{0}")]
    Selection(String),
    /// A module in a package cannot be had.
    #[error(transparent)]
    Fetch(Box<FetchError>),
    /// A module given by its path is no good.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// A module given by its path is good, but not for what is asked of it.
    #[error("{path}: {message}", path = .path.display())]
    File {
        /// The file, as typed.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
}

/// A message about a place in a `suite.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The key, as `noop.sha256`; empty where the text is no TOML or its place says enough.
    pub key: String,
    /// What is wrong and what to do.
    pub message: String,
    /// The line itself, and how many characters of it are meant.
    pub excerpt: (String, usize),
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}: ", self.path.display(), self.line, self.column)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        let number = self.line.to_string();
        let (text, width) = &self.excerpt;
        write!(
            f,
            "{}\n{:pad$} |\n{number} | {text}\n{:pad$} | {:before$}{}",
            self.message,
            "",
            "",
            "",
            "^".repeat(*width),
            pad = number.len(),
            before = self.column - 1,
        )
    }
}

impl std::error::Error for Located {}

/// A suite, benchmark or flavour that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// `suite`, `benchmark` or `flavour`.
    pub what: &'static str,
    /// What was asked for.
    pub name: String,
    /// Where it was looked for.
    pub place: String,
    /// What there is.
    pub found: Vec<String>,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "there is no {} '{}' in {}", self.what, self.name, self.place)?;
        if let Some(nearest) = nearest(&self.name, &self.found) {
            write!(f, "; did you mean '{nearest}'?")?;
        }
        if self.found.is_empty() {
            write!(f, "\nnone was found")
        } else {
            write!(f, "\nfound: {}", self.found.join(", "))
        }
    }
}

impl std::error::Error for Unknown {}

/// The candidate that `name` is probably a misspelling of: at most a third of its letters differ.
fn nearest<'a>(name: &str, candidates: &'a [String]) -> Option<&'a str> {
    candidates
        .iter()
        .map(|candidate| (distance(name, candidate), candidate.as_str()))
        .min()
        .filter(|(distance, _)| *distance <= name.chars().count().div_ceil(3))
        .map(|(_, candidate)| candidate)
}

/// How many letters have to be added, removed or replaced (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

/// A mistake at a place of a text; [`Document::locate`] says in which line.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) at: Range<usize>,
    pub(crate) key: String,
    pub(crate) message: String,
}

impl Fault {
    pub(crate) fn new(at: Range<usize>, key: impl Into<String>, message: impl Into<String>) -> Self {
        Self { at, key: key.into(), message: message.into() }
    }
}

/// A text and the file it came from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Document {
    pub(crate) fn read(path: &Path) -> Result<Self, SuiteError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Ok(Self { path: path.to_owned(), text }),
            Err(source) => Err(SuiteError::Read { path: path.to_owned(), source }),
        }
    }

    pub(crate) fn locate(&self, fault: Fault) -> SuiteError {
        let start = self.text.floor_char_boundary(fault.at.start);
        let line_start = self.text[..start].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.text[line_start..].lines().next().unwrap_or_default();
        let column = self.text[line_start..start].chars().count();
        let length = self.text[start..self.text.ceil_char_boundary(fault.at.end.max(start))].chars().count();
        let rest = line.chars().count().saturating_sub(column);
        SuiteError::At(Box::new(Located {
            path: self.path.clone(),
            line: self.text[..start].matches('\n').count() + 1,
            column: column + 1,
            key: fault.key,
            message: fault.message,
            excerpt: (line.to_owned(), length.min(rest).max(1)),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("noop", "noop"), 0);
    }

    #[test]
    fn only_near_names_are_suggested() {
        let found = ["integer", "indirect", "noop"].map(str::to_owned);
        assert_eq!(nearest("interger", &found), Some("integer"));
        assert_eq!(nearest("nop", &found), Some("noop"));
        assert_eq!(nearest("fibonacci", &found), None);
    }

    proptest::proptest! {
        #[test]
        fn distance_is_symmetric(a in "[a-c]{0,6}", b in "[a-c]{0,6}") {
            assert_eq!(distance(&a, &b), distance(&b, &a));
            assert_eq!(distance(&a, &b) == 0, a == b);
        }
    }
}
