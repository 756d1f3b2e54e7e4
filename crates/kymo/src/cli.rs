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
use kymo_model::{Bytes, Metric, Phase, Ratio, Seconds};
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

/// Measure benchmarks on engines and compare them.
///
/// Rounds of one fresh process for each variant, in random balanced order, until every benchmark is precise enough or
/// the budget is spent. The first engine is what the others are compared with; naming one twice is an A/A run.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// What to measure: a suite, SUITE/BENCHMARK, SUITE/BENCHMARK:FLAVOUR, a .wasm or .wat file, or of sightglass a
    /// benchmark's folder or a .suite file
    #[arg(value_name = "SUITE|SUITE/BENCH|FILE", required = true)]
    pub targets: Vec<String>,
    /// An engine with its strategy and settings, as wasmtime[winch,pooling]; may be given several times [default: those
    /// of the suite, else wasmtime]
    #[arg(short, long = "engine", value_name = "ENGINE[SETTINGS]")]
    pub engines: Vec<String>,
    /// The phases to measure [default: compile,instantiate,execute; serve for servers; lifetime with an engine that is a
    /// whole process]
    #[arg(long, value_delimiter = ',', value_name = "PHASES")]
    pub phase: Vec<Phase>,
    /// The metrics to measure [default: wall_time; for servers throughput, response times and what an answer costs]
    #[arg(long, value_delimiter = ',', value_name = "METRICS")]
    pub metric: Vec<Metric>,
    /// Measure exactly so many rounds
    #[arg(long, value_name = "N", conflicts_with_all = ["precision", "budget"], value_parser = clap::value_parser!(u32).range(1..))]
    pub rounds: Option<u32>,
    /// The difference that matters: measure until it would be seen [default: 1%]
    #[arg(long, value_name = "SHARE", value_parser = parse::margin)]
    pub precision: Option<Ratio>,
    /// The time that the run may take; it ends earlier when everything is precise [default: 10min]
    #[arg(long, value_name = "TIME", value_parser = parse::seconds)]
    pub budget: Option<Seconds>,
    /// End an invocation that takes longer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = parse::seconds)]
    pub timeout: Seconds,
    /// End an invocation that uses more memory
    #[arg(long, value_name = "SIZE", default_value = "4GiB", value_parser = parse::bytes)]
    pub memory: Bytes,
    /// End an invocation whose guest writes more
    #[arg(long, value_name = "SIZE", default_value = "64MiB", value_parser = parse::bytes)]
    pub output_limit: Bytes,
    /// Logical processors that the rounds take turns on, as 2,3; `any` leaves that to the scheduler
    #[arg(long, value_name = "LIST|any|all", default_value = "all", value_parser = parse::cpus)]
    pub cpus: Cpus,
    /// A text to find the run by
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// The seed of every random choice [default: drawn, and recorded]
    #[arg(long, value_name = "NUMBER")]
    pub seed: Option<u64>,
    /// Only benchmarks with this tag; may be given several times
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// A benchmark's parameter; may be given several times
    #[arg(long = "param", value_name = "NAME=VALUE", value_parser = parse::assignment)]
    pub params: Vec<(String, String)>,
    /// How a file is run.
    #[command(flatten)]
    pub file: FileArgs,
    /// How servers are loaded.
    #[command(flatten)]
    pub serving: ServeRunArgs,
    /// The commit that the run belongs to.
    #[command(flatten)]
    pub filing: FilingArgs,
    /// Builds beside it.
    #[command(flatten)]
    pub beside: BesideArgs,
    /// How results are written
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Write the run document to this file, too
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Do not keep the run in the store
    #[arg(long)]
    pub no_save: bool,
    /// No progress and no remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// Where processes are measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cpus {
    /// All logical processors that we may use take turns, one a round.
    All,
    /// Wherever the scheduler puts them.
    Any,
    /// These take turns.
    These(Vec<u32>),
}

/// How a file is run; suites say this for their own benchmarks.
#[derive(Args, Debug)]
pub struct FileArgs {
    /// An argument for the program, or a parameter of the export; may be given several times
    #[arg(long = "arg", value_name = "TEXT", help_heading = "For a file", allow_hyphen_values = true)]
    pub args: Vec<String>,
    /// A variable of the program's environment; may be given several times
    #[arg(long = "env", value_name = "NAME=VALUE", value_parser = parse::assignment, help_heading = "For a file")]
    pub env: Vec<(String, String)>,
    /// A folder that the program sees, read-only; may be given several times
    #[arg(long = "dir", value_name = "HOST[::GUEST]", value_parser = parse::folder, help_heading = "For a file")]
    pub dirs: Vec<(String, String)>,
    /// A file that becomes the program's standard input
    #[arg(long, value_name = "FILE", help_heading = "For a file")]
    pub stdin: Option<PathBuf>,
    /// Call this export instead of _start
    #[arg(long, value_name = "EXPORT", help_heading = "For a file")]
    pub invoke: Option<String>,
    /// A file with the standard output that is right
    #[arg(long, value_name = "FILE", help_heading = "For a file", conflicts_with = "output_varies")]
    pub expect_stdout: Option<PathBuf>,
    /// The program writes something else each time: do not check it
    #[arg(long, help_heading = "For a file")]
    pub output_varies: bool,
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
