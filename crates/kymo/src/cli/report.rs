//! The flags of `kymo report`.

use crate::parse;
use clap::Args;
use kymo_model::Ratio;
use std::path::PathBuf;

/// Write a run or a comparison as one HTML file that can be mailed.
///
/// One run gives its tables, as `kymo show`; one run with a variant, RUN:VARIANT, its variants against that one; two are
/// compared, as `kymo compare A B`; three and more have a section each. The file has plots, the machine, what was not
/// measured and why, and how to reproduce it; it holds no script and fetches nothing.
#[derive(Args, Debug)]
pub struct ReportArgs {
    /// What to report: runs in the store (id or the start of it, label, `latest`), run documents' files, RUN:VARIANT
    #[arg(value_name = "RUN", default_value = "latest")]
    pub runs: Vec<String>,
    /// The file to write; `-` for standard output [default: kymo-report-RUN.html in the working folder]
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// What it is called [default: the labels or ids of the runs]
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// A section for each run, also where there are two: do not compare them
    #[arg(long)]
    pub each: bool,
    /// The difference that matters; the machine's calibrated noise floor may widen it [default: what the run was made
    /// for, in a comparison 1%]
    #[arg(long, value_name = "SHARE", value_parser = parse::margin)]
    pub margin: Option<Ratio>,
    /// The rate of false discoveries allowed in each section
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = parse::margin)]
    pub level: Ratio,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}
