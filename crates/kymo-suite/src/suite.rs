//! The checked form of `suite.toml`.

/// A suite whose text is consistent; its files are looked at when a benchmark is selected.
#[derive(Clone, Debug)]
pub struct Suite {}
