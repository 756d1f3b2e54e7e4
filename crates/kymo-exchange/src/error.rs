//! What is wrong with a file of another tool.

/// A file that cannot be read as what it should be: which file, where in it, what is wrong and what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ExchangeError {
    place: String,
    problem: String,
    hint: Option<String>,
}

impl ExchangeError {
    /// A fault of the whole file.
    pub(crate) fn of(name: &str, problem: impl Into<String>) -> Self {
        Self { place: name.to_owned(), problem: problem.into(), hint: None }
    }

    /// A fault in one of its lines, counted from 1.
    pub(crate) fn at(name: &str, line: usize, problem: impl Into<String>) -> Self {
        Self { place: format!("{name}:{line}"), problem: problem.into(), hint: None }
    }

    /// A fault that the reader of JSON found; its text names line, column and field.
    pub(crate) fn json(name: &str, error: &serde_json::Error) -> Self {
        Self::of(name, error.to_string())
    }

    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What to do about it, where that is known.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }
}
