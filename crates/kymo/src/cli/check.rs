//! The flags of `kymo check`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Check a project's kymo.toml, and say what it measures.
///
/// What is wrong is told with line and column. The server's policy may allow less than the file asks for: that shows in
/// the job.
#[derive(Args, Debug)]
pub struct CheckArgs {
    /// The file, or the folder that it is in
    #[arg(value_name = "FILE|FOLDER", default_value = ".")]
    pub path: PathBuf,
    /// How to write it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
}

/// How a check is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For people
    Text,
    /// {"file": …, "errors": [{"line": …, "column": …, "message": …}]}, for editors and CI
    Json,
}
