//! The record as Parquet files, partitioned by project and month, which DuckDB, Polars or Spark read where they are.
//!
//! A row is given at a time; the columns of a file are gathered and written a group of rows at a time. The same rows in
//! the same order give the same bytes. `docs/src/parquet.md` explains the columns.

mod columns;
mod dataset;
mod rows;

pub use dataset::{Dataset, Partition, Written};
pub use rows::{PointRow, Row, SampleRow};

use std::path::PathBuf;

/// Why a file could not be written.
#[derive(Debug, thiserror::Error)]
pub enum ParquetError {
    /// The system refused.
    #[error("cannot write {path}: {error}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The columns could not be encoded.
    #[error("cannot write {path}: {error}")]
    Encode {
        /// The file.
        path: PathBuf,
        /// What the encoder said.
        error: parquet::errors::ParquetError,
    },
}
