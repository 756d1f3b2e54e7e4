//! The wire form of `suite.toml`, version 1.
