//! Flags of `kymo sweep`, and of showing a sweep again.

use super::RunArgs;
use clap::Args;
use std::path::PathBuf;

/// What `--param` means here: more than for a run.
const PARAM: &str =
    "A parameter and its values, as depth=0,1,2,4 or depth=0..25 or n=10..30000*2; may be given several times";

/// What is measured where nothing is said: less than in a run, for a sweep is about what varies.
const PHASE: &str = "The phases to measure [default: execute; lifetime with an engine that is a whole process]";

/// Measure benchmarks at several values of a parameter, and draw lines.
///
/// The values are given as --param NAME=VALUES: a list (depth=0,1,2,4,8), a range (depth=0..25, n=0..100+20), a geometric
/// range (n=10..30000*2), or several of these with commas between them. A second parameter with several values makes
/// lines of its own; one with a single value is the same everywhere. Suites declare parameters; those of a file are what
/// --param says, and {NAME} in --arg, --env, --stdin and --expect-stdout is replaced by the value.
///
/// All points are one run, interleaved in the same rounds. Unless --phase says otherwise, the execution alone is
/// measured.
#[derive(Args, Debug)]
#[command(mut_arg("params", |arg| arg.value_name("NAME=VALUES").help(PARAM)), mut_arg("phase", |arg| arg.help(PHASE)))]
pub struct SweepArgs {
    /// How it is measured.
    #[command(flatten)]
    pub run: RunArgs,
    /// How it is shown.
    #[command(flatten)]
    pub plot: PlotArgs,
}

/// How a sweep is shown.
#[derive(Args, Clone, Debug)]
pub struct PlotArgs {
    /// The flavour or variant that the lines are compared with [default: the first flavour, else the first engine]
    #[arg(long, value_name = "FLAVOUR|VARIANT", help_heading = "For a sweep")]
    pub base: Option<String>,
    /// Show costs for one of many: divided by this parameter of the benchmark, or by a number
    #[arg(long, value_name = "PARAMETER|NUMBER", help_heading = "For a sweep")]
    pub per: Option<String>,
    /// Write the plots to this file, too
    #[arg(long, value_name = "FILE", help_heading = "For a sweep")]
    pub svg: Option<PathBuf>,
}

impl PlotArgs {
    /// The flags that were given.
    pub fn given(&self) -> Option<&'static str> {
        let given = [("--base", self.base.is_some()), ("--per", self.per.is_some()), ("--svg", self.svg.is_some())];
        given.iter().find(|(_, given)| *given).map(|(flag, _)| *flag)
    }
}
