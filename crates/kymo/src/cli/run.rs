//! The flags of `kymo run`, and of the files that it measures.

use super::{BesideArgs, FilingArgs, Format, ServeRunArgs};
use crate::parse;
use clap::Args;
use kymo_model::{Bytes, Metric, Phase, Ratio, Seconds};
use std::path::PathBuf;

/// Measure benchmarks on engines and compare them.
///
/// Rounds of one fresh process for each variant, in random balanced order, until every benchmark is precise enough or
/// the budget is spent. The first engine is what the others are compared with; naming one twice is an A/A run.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// What to measure: a suite, SUITE/BENCHMARK, SUITE/BENCHMARK:FLAVOUR, a .wasm or .wat file, a folder
    /// of modules, or a .suite file of sightglass
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
    /// The program writes something else each time: do not check it; of several, only those without expected output
    #[arg(long, help_heading = "For a file")]
    pub output_varies: bool,
}
