//! The flags of `kymo site`.

use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;

/// The record as a site: static files for any host.
#[derive(Debug, Subcommand)]
pub enum SiteCommand {
    /// Write the site into a folder, or what is new since it was last written
    Build(SiteBuildArgs),
    /// Bring a site that was built to where people look at it
    Push(SitePushArgs),
    /// Read all of a site, and say whether it is whole
    Check(SiteCheckArgs),
}

/// What history is shown, and by which pages.
#[derive(Args, Clone, Debug)]
pub struct ShownArgs {
    /// The folder of the built web app [default: the one in this program, or web/dist beside its sources]
    #[arg(long, env = "KYMO_WEB_DIR", value_name = "FOLDER", hide_env_values = true)]
    pub web_dir: Option<PathBuf>,
    /// Publish the raw samples of so many of the newest runs
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    pub samples: usize,
    /// A made-up history instead of the store, to see pages with much on them
    #[arg(long, value_name = "SERIESxPOINTS", hide = true, value_parser = crate::parse::size)]
    pub synthetic: Option<(usize, u32)>,
}

/// Write the site into a folder, or what is new since it was last written.
///
/// Whoever reads the folder meanwhile sees the old site or the new one; an interruption leaves the old one. Only files
/// that are new are written.
#[derive(Args, Debug)]
pub struct SiteBuildArgs {
    /// The folder of the site
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// What is shown.
    #[command(flatten)]
    pub shown: ShownArgs,
    /// Write the data alone, without pages
    #[arg(long)]
    pub data_only: bool,
    /// Where the site will be, for links in the feed
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Write everything anew
    #[arg(long)]
    pub full: bool,
    /// Remove files that are no longer part of the site: those older than a day, or all
    #[arg(long, value_name = "WHICH", num_args = 0..=1, default_missing_value = "day", require_equals = true)]
    pub prune: Option<Prune>,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Which files are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Prune {
    /// Those older than a day: somebody may still have an older page open
    Day,
    /// All
    All,
}

/// Bring a site that was built to where people look at it.
///
/// To an object store by its URL (s3://, gs://, az://, file://; keys and regions from the usual variables of each), to a
/// folder, or to a branch of a git repository. The head comes last, so that people see the old site or the new one.
#[derive(Args, Debug)]
pub struct SitePushArgs {
    /// The folder of the site
    #[arg(value_name = "FOLDER")]
    pub site: PathBuf,
    /// A folder, or the URL of a place in an object store
    #[arg(long, value_name = "FOLDER|URL", required_unless_present = "git", conflicts_with = "git")]
    pub to: Option<String>,
    /// A git remote: its URL, path, or name in the repository of the working folder
    #[arg(long, value_name = "REMOTE")]
    pub git: Option<String>,
    /// The branch that is pushed
    #[arg(long, value_name = "NAME", default_value = "gh-pages", requires = "git")]
    pub branch: String,
}

/// Read all of a site, and say whether it is whole.
#[derive(Args, Debug)]
pub struct SiteCheckArgs {
    /// The folder of the site
    #[arg(value_name = "FOLDER")]
    pub site: PathBuf,
}
