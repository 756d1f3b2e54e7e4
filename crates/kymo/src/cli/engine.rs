//! The flags of `kymo engine`. As in `cli`, doc comments are the manual.

#![allow(rustdoc::broken_intra_doc_links)]

use super::Format;
use crate::parse;
use clap::{Args, Subcommand};
use kymo_model::{Feature, Seconds};
use std::path::PathBuf;

/// Engines: which there are, and what they can do.
#[derive(Debug, Subcommand)]
pub enum EngineCommand {
    /// List the engines that were found, their strategies, features and settings
    List(EngineListArgs),
    /// Build an engine's worker from a checkout, to be selected as ENGINE@NAME
    Build(EngineBuildArgs),
    /// Remove a build
    Remove(EngineRemoveArgs),
    /// Try small probes of every feature, and compare what happens with what the engine claims
    Check(EngineCheckArgs),
}

/// List the engines that were found, their strategies, features and settings.
#[derive(Args, Debug)]
pub struct EngineListArgs {
    /// Only this engine, with its settings
    pub name: Option<String>,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
}

/// Build an engine's worker from a checkout, to be selected as ENGINE@NAME.
///
/// The sources of the worker are copied and compiled against the packages of the checkout; neither is changed. The
/// commit, the flags and the toolchain are recorded. Builds of one engine share what they have in common.
#[derive(Args, Debug)]
pub struct EngineBuildArgs {
    /// The engine: one that has a worker in Rust here, as wasmtime, wasmi or wasmer
    pub engine: String,
    /// The checkout: a workspace, a package, or a folder of packages; may be given several times
    #[arg(long = "path", value_name = "FOLDER", required = true)]
    pub paths: Vec<PathBuf>,
    /// The name of the build
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// Flags of the compiler, after those of RUSTFLAGS
    #[arg(long, value_name = "FLAGS", allow_hyphen_values = true)]
    pub rustflags: Option<String>,
    /// A setting of the release profile, as lto=fat or codegen-units=1; may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = parse::assignment)]
    pub profile: Vec<(String, String)>,
    /// Features of the engine's package, beside those that the worker asks for
    #[arg(long, value_delimiter = ',', value_name = "FEATURES")]
    pub features: Vec<String>,
    /// Replace a build of the same name
    #[arg(long)]
    pub force: bool,
    /// Only download what the build needs beside the checkout, so that it can be made without a network later
    #[arg(long, conflicts_with = "force")]
    pub fetch: bool,
    /// No progress
    #[arg(short, long)]
    pub quiet: bool,
}

/// Remove a build.
#[derive(Args, Debug)]
pub struct EngineRemoveArgs {
    /// The build
    #[arg(value_name = "ENGINE@NAME")]
    pub build: String,
}

/// Try small probes of every feature, and compare what happens with what the engine claims.
///
/// Each probe runs in a process of its own, whether its feature is claimed or not. The exit code is 1 if any of them
/// was ended by a signal. With several engines or builds the columns stand side by side; two builds of one engine are
/// compared.
#[derive(Args, Debug)]
pub struct EngineCheckArgs {
    /// Engines, as wasmtime, wasmtime@head, wasmtime[winch] [default: all that are found]
    #[arg(value_name = "ENGINE[SETTINGS]")]
    pub engines: Vec<String>,
    /// Only probes of this feature; may be given several times
    #[arg(long = "feature", value_name = "FEATURE")]
    pub features: Vec<Feature>,
    /// End a probe that takes longer
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = parse::seconds)]
    pub timeout: Seconds,
    /// How results are written: table or json
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// Only the table
    #[arg(short, long)]
    pub quiet: bool,
}
