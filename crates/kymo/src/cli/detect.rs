//! The flags of `kymo detect`.

use super::ProjectArgs;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Find where performance changed.
///
/// One setting for all series. Of a project: values are compared within one fingerprint of the machine and one module only,
/// relative to the canary where one was measured beside them; series that moved together are one incident, which keeps its
/// number. With --input: of a bare series. Every change is a suspicion; an A/B of the two sides settles it.
#[derive(Args, Debug)]
pub struct DetectArgs {
    /// The project.
    #[command(flatten)]
    pub project: ProjectArgs,
    /// Exit with code 1 if there are such incidents
    #[arg(long, value_delimiter = ',', value_name = "WHAT")]
    pub fail_on: Vec<DetectFailOn>,
    /// List incidents that are gone, too
    #[arg(long)]
    pub all: bool,
    /// Instead of a project, a bare series: lines VALUE or COMMIT,VALUE, or a JSON array of numbers, of pairs [commit, value] or of objects with
    /// "commit" and "value"; `-` for standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["project", "decisions", "fail_on", "all"])]
    pub input: Option<PathBuf>,
    /// The form of the answer
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: DetectFormat,
}

/// What a gate on changes fails on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DetectFailOn {
    /// An incident for the worse that was not known before, and that nobody decided about
    New,
    /// Any open incident for the worse that nobody decided about
    Open,
}

/// What `kymo detect` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DetectFormat {
    /// For people: tables, and of a bare series a line of blocks
    Text,
    /// One document
    Json,
}
