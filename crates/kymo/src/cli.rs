//! The commands and their flags. Doc comments here are the manual, where brackets are an engine's settings and no links.

#![allow(rustdoc::broken_intra_doc_links)]

mod agent;
mod check;
mod detect;
mod engine;
mod exchange;
mod load;
mod record;
mod report;
mod run;
mod serve;
mod serving;
mod site;
mod store;
mod sweep;
mod watch;

pub use agent::AgentArgs;
pub use check::{CheckArgs, CheckFormat};
pub use detect::{DetectArgs, DetectFailOn, DetectFormat};
pub use engine::{EngineBuildArgs, EngineCheckArgs, EngineCommand, EngineListArgs, EngineRemoveArgs};
pub use exchange::{ExportArgs, ExportFormat, ImportArgs, ImportFormat};
pub use load::{Arrivals, ExpectArg, IoArg, LoadArgs, LoadCpus, LoadFormat, PaceArgs, RequestArgs};
pub use record::{
    BesideArgs, ConfirmArgs, DecideArgs, DriftArgs, ExpectArgs, FilingArgs, HistoryCommand, HistoryListArgs,
    HistoryShowArgs, HistorySyncArgs, IncidentArgs, ProjectArgs, VerifyArgs,
};
pub use report::ReportArgs;
pub use run::{Cpus, FileArgs, RunArgs};
pub use serve::ServeArgs;
pub use serving::ServeRunArgs;
pub use site::{Prune, ShownArgs, SiteBuildArgs, SiteCheckArgs, SiteCommand, SitePushArgs};
pub use store::{StoreBackupArgs, StoreCommand, StoreInfoArgs, StoreMigrateArgs, StoreRestoreArgs};
pub use sweep::{PlotArgs, SweepArgs};
pub use watch::{
    JobCommand, JobRef, MachineCommand, ProjectCommand, ProjectSetArgs, QueueArgs, RequestArgs as WatchRequestArgs,
    RoleArg, ServerArgs, TokenAddArgs, TokenCommand, UserCommand,
};

use crate::parse;
use clap::{Args, Parser, Subcommand, ValueEnum};
use kymo_model::{Ratio, Seconds};
use kymo_store::StoreAddress;
use std::path::PathBuf;

/// Measures how WebAssembly performs, on any engine, and says honestly which is faster.
#[derive(Debug, Parser)]
#[command(name = "kymo", version, max_term_width = 110)]
pub struct Cli {
    /// Where things are.
    #[command(flatten)]
    pub places: Places,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Where things are.
#[derive(Args, Clone, Debug)]
pub struct Places {
    /// The file that keeps runs, or the URL of a PostgreSQL database [default: kymograph/kymo.db in the platform's data
    /// folder]
    #[arg(
        long,
        env = "KYMO_STORE",
        global = true,
        value_name = "FILE|URL",
        hide_env_values = true,
        value_parser = clap::value_parser!(StoreAddress)
    )]
    pub store: Option<StoreAddress>,
    /// A folder with suites, before the usual ones; may be given several times
    #[arg(
        long = "suites",
        env = "KYMO_SUITES",
        global = true,
        value_name = "FOLDER",
        value_delimiter = ':',
        hide_env_values = true
    )]
    pub suites: Vec<PathBuf>,
    /// A folder with workers, before the usual ones; may be given several times
    #[arg(
        long = "workers",
        env = "KYMO_WORKERS",
        global = true,
        value_name = "FOLDER",
        value_delimiter = ':',
        hide_env_values = true
    )]
    pub workers: Vec<PathBuf>,
    /// When to colour output
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Write progress as lines for a program to read, each beginning with kymo-progress
    #[arg(long, global = true, hide = true)]
    pub progress_lines: bool,
}

/// When to colour output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Measure benchmarks on engines and compare them
    Run(Box<RunArgs>),
    /// Measure benchmarks at several values of a parameter, and draw lines
    Sweep(Box<SweepArgs>),
    /// Go on with an interrupted run
    Resume(ResumeArgs),
    /// Put a load on an HTTP server and say how long its users wait
    Load(Box<LoadArgs>),
    /// Compare two runs, or two variants of a run
    Compare(CompareArgs),
    /// List the runs in the store
    Runs(RunsArgs),
    /// Show a run again
    Show(ShowArgs),
    /// Write a run or a comparison as one HTML file that can be mailed
    Report(ReportArgs),
    /// Write a run as a document, or in the format of another tool
    Export(ExportArgs),
    /// Make runs of other tools' results, and of run documents
    Import(ImportArgs),
    /// Projects and their series over commits
    #[command(subcommand)]
    History(HistoryCommand),
    /// Find where performance changed
    Detect(DetectArgs),
    /// Show an incident: what moved, which commits can have done it, how to reproduce it
    Incident(IncidentArgs),
    /// Say that somebody looks after an incident
    Ack(DecideArgs),
    /// Say that an incident, or whatever certain series do, is nothing to act on
    Ignore(DecideArgs),
    /// Say that a change is meant
    Expect(ExpectArgs),
    /// Measure both ends of an incident against each other
    Confirm(ConfirmArgs),
    /// Say how far a project has drifted since a release
    Drift(DriftArgs),
    /// Find runs that were altered or are missing
    Verify(VerifyArgs),
    /// The record as a site: static files for any host
    #[command(subcommand)]
    Site(SiteCommand),
    /// Show the record as a site, over the live store
    Serve(Box<ServeArgs>),
    /// Ask the server to measure commits
    Request(WatchRequestArgs),
    /// Show what the machines measure, and what waits
    Queue(QueueArgs),
    /// Jobs of the queue
    #[command(subcommand)]
    Job(JobCommand),
    /// Accounts of the server
    #[command(subcommand)]
    User(UserCommand),
    /// Tokens of accounts and machines
    #[command(subcommand)]
    Token(TokenCommand),
    /// Projects that are watched
    #[command(subcommand)]
    Project(ProjectCommand),
    /// Machines that measure
    #[command(subcommand)]
    Machine(MachineCommand),
    /// Check a project's kymo.toml
    Check(CheckArgs),
    /// The store itself: back-up, restoring, moving, what it holds
    #[command(subcommand)]
    Store(StoreCommand),
    /// Take jobs from a server and carry them out on this machine, in a sandbox
    Agent(Box<AgentArgs>),
    /// Say what makes this machine unfit for measuring, and how to mend it
    Doctor(DoctorArgs),
    /// Engines: which there are, and what they can do
    #[command(subcommand)]
    Engine(EngineCommand),
    /// Suites: which there are, and what they measure
    #[command(subcommand)]
    Suite(SuiteCommand),
    /// Print the JSON Schema of a document
    Schema(SchemaArgs),
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables for people
    Table,
    /// The document, as JSON
    Json,
    /// A line for each cell of the tables
    Csv,
    /// Tables for pull requests and wikis
    Markdown,
}

/// Go on with an interrupted run.
#[derive(Args, Debug)]
pub struct ResumeArgs {
    /// The run: its id or the start of it, its label, `latest`
    #[arg(default_value = "latest")]
    pub run: String,
    /// How results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// No progress and no remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Compare two runs, or two variants of a run.
///
/// A side is a run in the store (its id or the start of it, its label, `latest`, `latest~1`) or a run document's file;
/// followed by a colon and a variant where it has several. Variants of one run are compared round by round; runs that
/// never ran together are compared process by process, with a remark.
#[derive(Args, Debug)]
pub struct CompareArgs {
    /// What to compare with
    #[arg(value_name = "A")]
    pub a: String,
    /// What is compared; without it, the variants of A with its first
    #[arg(value_name = "B")]
    pub b: Option<String>,
    /// Compare flavours of the benchmarks of A, each with the first; one alone with its suite's base flavour
    #[arg(long = "flavour", value_name = "NAME", conflicts_with = "b")]
    pub flavours: Vec<String>,
    /// The difference that matters; the machine's calibrated noise floor may widen it [default: 1%]
    #[arg(long, value_name = "SHARE", value_parser = parse::margin)]
    pub margin: Option<Ratio>,
    /// The rate of false discoveries allowed in the report
    #[arg(long, value_name = "SHARE", default_value = "5%", value_parser = parse::margin)]
    pub level: Ratio,
    /// Exit with code 1 if any verdict is one of these
    #[arg(long, value_delimiter = ',', value_name = "VERDICTS")]
    pub fail_on: Vec<FailOn>,
    /// How results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// What a gate fails on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Something became slower
    Slower,
    /// Something became faster
    Faster,
    /// Something could not be decided
    Inconclusive,
    /// Something that one side measured could not be measured on the other
    Unmeasured,
}

/// List the runs in the store.
#[derive(Args, Debug)]
pub struct RunsArgs {
    /// How many, newest first
    #[arg(short = 'n', long, default_value_t = 30, value_name = "COUNT")]
    pub count: usize,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Show a run again.
#[derive(Args, Debug)]
pub struct ShowArgs {
    /// The run: its id or the start of it, its label, `latest`, or a run document's file
    #[arg(default_value = "latest")]
    pub run: String,
    /// How a sweep is shown.
    #[command(flatten)]
    pub plot: PlotArgs,
    /// How results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Say what makes this machine unfit for measuring, and how to mend it.
#[derive(Args, Debug)]
pub struct DoctorArgs {
    /// Look at what an agent needs for its sandboxes, too
    #[arg(long, conflicts_with = "calibrate")]
    pub agent: bool,
    /// Measure the machine's noise floor with A/A runs of `basics`, and keep it
    #[arg(long)]
    pub calibrate: bool,
    /// The time that the calibration may take
    #[arg(long, value_name = "TIME", default_value = "20min", value_parser = parse::seconds, requires = "calibrate")]
    pub budget: Seconds,
    /// The engine to calibrate with
    #[arg(short, long, value_name = "ENGINE[SETTINGS]", default_value = "wasmtime", requires = "calibrate")]
    pub engine: String,
    /// What to calibrate on
    #[arg(long, value_name = "SUITE", default_value = "basics", requires = "calibrate")]
    pub suite: String,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Suites: which there are, and what they measure.
#[derive(Debug, Subcommand)]
pub enum SuiteCommand {
    /// List the suites that were found and their benchmarks
    List(SuiteListArgs),
    /// Download the modules of a suite that are in packages of registries
    Fetch(SuiteFetchArgs),
    /// Show the sizes of a suite's modules, and against those of its base flavour
    Sizes(SuiteSizesArgs),
}

/// List the suites that were found and their benchmarks.
#[derive(Args, Debug)]
pub struct SuiteListArgs {
    /// Only this suite, with what each benchmark shows
    pub name: Option<String>,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Download the modules of a suite that are in packages of registries.
///
/// `kymo run` does so by itself; this is for doing it beforehand. What is there already is not downloaded again.
#[derive(Args, Debug)]
pub struct SuiteFetchArgs {
    /// A suite or SUITE/BENCHMARK; all suites where none is named
    #[arg(value_name = "SUITE|SUITE/BENCH")]
    pub targets: Vec<String>,
    /// Only benchmarks with this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Show the sizes of a suite's modules, and against those of its base flavour.
#[derive(Args, Debug)]
pub struct SuiteSizesArgs {
    /// A suite, SUITE/BENCHMARK or SUITE/BENCHMARK:FLAVOUR
    #[arg(value_name = "SUITE|SUITE/BENCH")]
    pub target: String,
    /// Only benchmarks with this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Print the JSON Schema of a document.
#[derive(Args, Debug)]
pub struct SchemaArgs {
    /// Which document
    pub document: SchemaName,
}

/// Documents that have a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// The run document
    Run,
    /// The analysis document of `compare` and `show`
    Analysis,
    /// suite.toml
    Suite,
    /// What `load` writes with --format json
    Load,
    /// What `load --peak` writes with --format json
    Peak,
    /// kymo.toml
    Project,
}
