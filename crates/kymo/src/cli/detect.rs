//! The flags of `kymo detect`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Say where a series of measurements changed.
///
/// Every change is a suspicion: where, how large, how easily chance makes one like it. An A/B of the two sides settles it.
#[derive(Args, Debug)]
#[command(group(clap::ArgGroup::new("series").required(true)))]
pub struct DetectArgs {
    /// A bare series: lines VALUE or COMMIT,VALUE, or a JSON array of numbers, of pairs [commit, value] or of objects with
    /// "commit" and "value"; `-` for standard input
    #[arg(long, value_name = "FILE", group = "series")]
    pub input: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DetectFormat,
}

/// What `kymo detect` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DetectFormat {
    /// A line of blocks for the series, and a table of the changes
    Text,
    /// One document
    Json,
}
