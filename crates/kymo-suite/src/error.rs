//! What can be wrong with a suite or a module, in sentences.

/// What can be wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// Something at a place in a `suite.toml`.
    #[error("{0}")]
    At(Box<Located>),
}

/// A message about a place in a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Located {
    /// What is wrong and what to do.
    pub message: String,
}
