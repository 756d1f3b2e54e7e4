//! Nothing: its benchmarks are what counts.
