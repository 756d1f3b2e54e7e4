//! Why the agent ends.

/// Why the agent ends.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// What it was told to do is wrong: a flag, a file, a token.
    #[error("{0}")]
    Usage(String),
    /// It was told right, and it cannot go on.
    #[error("{0}")]
    Failure(String),
}

impl AgentError {
    pub(crate) fn usage(message: impl std::fmt::Display) -> Self {
        Self::Usage(message.to_string())
    }

    pub(crate) fn failure(message: impl std::fmt::Display) -> Self {
        Self::Failure(message.to_string())
    }
}
