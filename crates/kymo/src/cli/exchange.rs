//! The flags of `kymo export` and `kymo import`.

use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Write a run as a document, or in the format of another tool.
///
/// What a format has no place for is left out and named on standard error.
#[derive(Args, Debug)]
pub struct ExportArgs {
    /// The run: its id or the start of it, its label, `latest`, or a run document's file
    #[arg(default_value = "latest")]
    pub run: String,
    /// What to write
    #[arg(long, value_name = "FORMAT", default_value = "json")]
    pub format: ExportFormat,
    /// The file to write [default: standard output]; the folder, with --format parquet
    #[arg(short, long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The index of the documents, with --format ndjson; what the names of indices begin with, with elastic-template
    #[arg(long, value_name = "NAME", default_value = "kymograph")]
    pub index: String,
    /// The raw samples of all runs, too, with --format parquet
    #[arg(long)]
    pub samples: bool,
    /// A made-up history instead of the store, with --format parquet
    #[arg(long, value_name = "SERIESxPOINTS", hide = true, value_parser = crate::parse::size)]
    pub synthetic: Option<(usize, u32)>,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// What an export writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// The run document
    Json,
    /// A line for each raw sample
    Csv,
    /// The raw results of sightglass, as CSV
    SightglassCsv,
    /// The raw results of sightglass, as JSON
    SightglassJson,
    /// A document for each raw sample, for the _bulk interface of Elasticsearch
    Ndjson,
    /// The index template of Elasticsearch and OpenSearch for those documents; no run is read
    ElasticTemplate,
    /// The tables, for pull requests and wikis
    Markdown,
    /// The whole record, not a run, as a tree of Parquet files below the folder --out
    Parquet,
}

/// Make runs of other tools' results, and of run documents.
///
/// Each file becomes a run in the store, marked with what it lacks: no rounds, no machine, only a summary. Comparisons
/// say so. What has no truthful place in a run is left out and named on standard error.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// What to read: files, Criterion's folder target/criterion, `-` for standard input
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// What the files are
    #[arg(long, value_name = "FORMAT", default_value = "auto")]
    pub format: ImportFormat,
    /// A text to find the run by
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
    /// The machine that the results were measured on: `this`, or any name of it
    #[arg(long, value_name = "this|NAME")]
    pub machine: Option<String>,
    /// The files are repetitions of one measurement: make one run of them all
    #[arg(long)]
    pub together: bool,
    /// The commit that the results belong to; a run document may say it itself.
    #[command(flatten)]
    pub filing: super::FilingArgs,
    /// No remarks
    #[arg(short, long)]
    pub quiet: bool,
}

/// What an import reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ImportFormat {
    /// Whatever the content says
    Auto,
    /// A run document
    Run,
    /// The raw results of sightglass, as CSV
    SightglassCsv,
    /// The raw results of sightglass, as JSON
    SightglassJson,
    /// What hyperfine writes with --export-json
    Hyperfine,
    /// Criterion's folder, or the lines of cargo criterion --message-format=json
    Criterion,
    /// The lines of cargo bench with the standard library's harness
    Libtest,
    /// The lines of go test -bench
    Go,
}
