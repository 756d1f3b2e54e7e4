//! The flags of the record: projects and commits, changes, decisions, drift.

use super::Format;
use crate::parse;
use clap::{Args, Subcommand};
use kymo_model::{ProjectName, Ratio, Seconds};
use std::path::PathBuf;

/// The commit that results belong to.
#[derive(Args, Clone, Debug, Default)]
pub struct FilingArgs {
    /// File the results under this project, so that they become points of its history
    #[arg(long, value_name = "NAME", help_heading = "For the record")]
    pub project: Option<ProjectName>,
    /// The project's commit that was measured: a branch, a tag, a hash or its beginning [default: HEAD]
    #[arg(long, value_name = "COMMIT", requires = "project", help_heading = "For the record")]
    pub commit: Option<String>,
    /// A folder in the project's git repository [default: where it was the last time, else the working folder]
    #[arg(long, value_name = "FOLDER", requires = "project", help_heading = "For the record")]
    pub repo: Option<PathBuf>,
    /// The project's main branch [default: that of the last time, else the repository's]
    #[arg(long, value_name = "NAME", requires = "project", help_heading = "For the record")]
    pub branch: Option<String>,
}

/// Builds that are measured beside the commit's.
#[derive(Args, Clone, Debug, Default)]
pub struct BesideArgs {
    /// A build that never changes, measured in the same rounds: what slows it down is the machine
    #[arg(long, value_name = "ENGINE@BUILD", requires = "project", help_heading = "For the record")]
    pub canary: Option<String>,
    /// A build of an older release, measured in the same rounds, to tell drift from; may be given several times. RELEASE is
    /// a tag or commit of the project
    #[arg(long = "anchor", value_name = "RELEASE=ENGINE@BUILD", value_parser = parse::assignment, requires = "project", help_heading = "For the record")]
    pub anchors: Vec<(String, String)>,
}

/// Projects and their series.
#[derive(Debug, Subcommand)]
pub enum HistoryCommand {
    /// List the projects in the store
    List(HistoryListArgs),
    /// Read a project's main line from its git repository again
    Sync(HistorySyncArgs),
    /// Show the series of a project
    Show(HistoryShowArgs),
}

/// List the projects in the store.
#[derive(Args, Debug)]
pub struct HistoryListArgs {
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Read a project's main line from its git repository again.
///
/// Order is git's ancestry along first parents, never time. Commits that a force-push took off the line leave it; their
/// results stay in the store, and stand where a commit with the same tree stands, if there is one.
#[derive(Args, Debug)]
pub struct HistorySyncArgs {
    /// The project; needed where the store has several, or none
    #[arg(long, value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// A folder in the project's git repository [default: where it was the last time, else the working folder]
    #[arg(long, value_name = "FOLDER")]
    pub repo: Option<PathBuf>,
    /// The project's main branch [default: that of the last time, else the repository's]
    #[arg(long, value_name = "NAME")]
    pub branch: Option<String>,
    /// The project's page, for links to commits [default: from the repository's remote]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// Show the series of a project.
#[derive(Args, Debug)]
pub struct HistoryShowArgs {
    /// Only series whose name holds this, or fits it where it has a `*`
    #[arg(value_name = "PATTERN")]
    pub pattern: Option<String>,
    /// The project; needed where the store has several
    #[arg(long, value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// How many series
    #[arg(short = 'n', long, default_value_t = 40, value_name = "COUNT")]
    pub count: usize,
    /// How results are written: table, csv (all values) or json (all values)
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// The project that a command is about, and its decisions.
#[derive(Args, Clone, Debug)]
pub struct ProjectArgs {
    /// The project; needed where the store has several
    #[arg(long, value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// The file with decisions [default: .kymograph/decisions.toml in the project's repository]
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
}

/// Show an incident.
#[derive(Args, Debug)]
pub struct IncidentArgs {
    /// The incident, as PROJECT-NUMBER
    #[arg(value_name = "INCIDENT")]
    pub incident: String,
    /// The file with decisions [default: .kymograph/decisions.toml in the project's repository]
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Decide about an incident.
///
/// The decision is written into .kymograph/decisions.toml in the project's repository, to be committed and reviewed there.
/// With --series it is about those series only; without an incident, about all their changes.
#[derive(Args, Debug)]
pub struct DecideArgs {
    /// The incident, as PROJECT-NUMBER
    #[arg(value_name = "INCIDENT", required_unless_present = "series")]
    pub incident: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Only series whose name holds this, or fits it where it has a `*`
    #[arg(long, value_name = "PATTERN")]
    pub series: Option<String>,
    /// The project, where no incident names it and the store has several
    #[arg(long, value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// The file with decisions [default: .kymograph/decisions.toml in the project's repository]
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
}

/// Say beforehand that a commit will change performance, or afterwards that it was meant to.
///
/// The decision is written into .kymograph/decisions.toml in the project's repository, to be committed and reviewed there.
#[derive(Args, Debug)]
pub struct ExpectArgs {
    /// The incident, as PROJECT-NUMBER, or a commit of the project
    #[arg(value_name = "INCIDENT|COMMIT")]
    pub what: String,
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Only series whose name holds this, or fits it where it has a `*`
    #[arg(long, value_name = "PATTERN")]
    pub series: Option<String>,
    /// The largest change that is meant; a larger one is an incident all the same
    #[arg(long, value_name = "SHARE", value_parser = parse::margin)]
    pub at_most: Option<Ratio>,
    /// The project, where a commit is named and the store has several
    #[arg(long, value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// The file with decisions [default: .kymograph/decisions.toml in the project's repository]
    #[arg(long, value_name = "FILE")]
    pub decisions: Option<PathBuf>,
}

/// Measure both ends of an incident against each other, in rounds.
///
/// The benchmarks that moved are measured on builds of the commit before the change and of the one after it: builds that
/// are registered (kymo engine build), or built now from a checkout with --build. The incident becomes confirmed, refuted
/// or unconfirmed.
#[derive(Args, Debug)]
pub struct ConfirmArgs {
    /// The incident, as PROJECT-NUMBER
    #[arg(value_name = "INCIDENT")]
    pub incident: String,
    /// The build before the change [default: the registered one of that commit]
    #[arg(long, value_name = "BUILD")]
    pub before: Option<String>,
    /// The build after the change [default: the registered one of that commit]
    #[arg(long, value_name = "BUILD")]
    pub after: Option<String>,
    /// Build what is missing from the project's repository
    #[arg(long)]
    pub build: bool,
    /// The time that the run may take; it ends earlier when everything is precise
    #[arg(long, value_name = "TIME", default_value = "10min", value_parser = parse::seconds)]
    pub budget: Seconds,
    /// Measure exactly so many rounds
    #[arg(long, value_name = "N", conflicts_with = "budget", value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,
    /// No progress and no remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Say how far a project has drifted since a release.
///
/// From runs that measured a build of the release beside the newest one, in the same rounds (kymo run --anchor).
#[derive(Args, Debug)]
pub struct DriftArgs {
    /// The release; all that were measured, where none is named
    #[arg(long, value_name = "RELEASE")]
    pub since: Option<String>,
    /// The project; needed where the store has several
    #[arg(long, value_name = "NAME")]
    pub project: Option<ProjectName>,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Read every finished run again, and find what was altered or is missing.
///
/// Each finished run is linked to the one before by a hash over its whole document. The last link, written down somewhere
/// else, proves with --head that nothing was cut off the end.
#[derive(Args, Debug)]
pub struct VerifyArgs {
    /// A link that was written down, or its beginning
    #[arg(long, value_name = "LINK")]
    pub head: Option<String>,
    /// Link the runs that have no link, as those of an older kymo
    #[arg(long)]
    pub link: bool,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}
