//! From targets as typed to the benchmarks of a plan.

use super::variants::DEFAULT_ENGINE;
use crate::cli::{FileArgs, RunArgs};
use crate::context::Context;
use crate::error::CliError;
use kymo_model::{Benchmark, Check};
use kymo_suite::{Selected, Selection, SingleFile, sightglass};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The benchmarks of a plan, with the imports that nobody provides.
#[derive(Default)]
pub struct Targets {
    /// The benchmarks.
    pub benchmarks: Vec<Benchmark>,
    /// For each, the imports that nobody provides.
    pub unprovided: Vec<Vec<String>>,
    /// The engines to measure on where nobody names one: those of all targets, in order.
    pub engines: Vec<String>,
}

impl Targets {
    /// Adds the engines of a target; one that names none wants the embedded default.
    fn add_engines(&mut self, mut engines: Vec<String>) {
        if engines.is_empty() {
            engines.push(DEFAULT_ENGINE.to_owned());
        }
        for engine in engines {
            if !self.engines.contains(&engine) {
                self.engines.push(engine);
            }
        }
    }
}

impl Targets {
    /// Adds benchmarks. One named twice is measured once: naming a variant twice is the A/A run.
    pub fn add(&mut self, selected: impl IntoIterator<Item = Selected>) {
        for Selected { benchmark, unprovided } in selected {
            if !self.benchmarks.iter().any(|known| known.name == benchmark.name) {
                self.benchmarks.push(benchmark);
                self.unprovided.push(unprovided);
            }
        }
    }

    /// The benchmarks, each with the imports that nobody provides.
    pub fn into_selected(self) -> impl Iterator<Item = Selected> {
        let pairs = self.benchmarks.into_iter().zip(self.unprovided);
        pairs.map(|(benchmark, unprovided)| Selected { benchmark, unprovided })
    }
}

/// Resolves the targets of a run.
pub fn targets(context: &Context, args: &RunArgs) -> Result<Targets, CliError> {
    with_parameters(context, args, &args.params.iter().cloned().collect())
}

/// Resolves the targets of a run with these values of their parameters.
pub fn with_parameters(
    context: &Context,
    args: &RunArgs,
    parameters: &BTreeMap<String, String>,
) -> Result<Targets, CliError> {
    let selection = Selection { tags: args.tags.clone(), parameters: parameters.clone() };
    let mut found = Targets::default();
    for target in &args.targets {
        let files = files(context, target)?;
        let selected = if !files.is_empty() {
            let listed = files.len() > 1;
            files.iter().map(|file| single(context, file, &args.file, parameters, listed)).collect::<Result<_, _>>()?
        } else {
            refuse_file_flags(target, &args.file)?;
            context.suites.select(target, &selection, context.cache()?)?
        };
        let engines = if files.is_empty() { context.suites.engines(target)? } else { Vec::new() };
        found.add_engines(engines);
        if selected.is_empty() {
            return Err(CliError::usage(format!("no benchmark of {target} has the tag {}", args.tags.join(" or ")))
                .with_hint("kymo suite list shows the tags"));
        }
        found.add(selected);
    }
    Ok(found)
}

/// The files that a target means; none if it means a suite. A file is what is named like a module, or is a file that
/// is no suite: `./program` of another ending. Sightglass has two more: a folder with modules, and a list of modules.
fn files(context: &Context, target: &str) -> Result<Vec<PathBuf>, CliError> {
    let path = Path::new(target);
    let extension = path.extension().and_then(|extension| extension.to_str());
    Ok(match extension {
        Some("toml") => Vec::new(),
        // A folder may be called so, and a suite's name goes before a folder.
        _ if path.is_dir() => match sightglass::modules_of(path) {
            modules if !modules.is_empty() && !context.suites.knows(target)? => modules,
            _ if matches!(extension, Some("wasm" | "wat")) => vec![path.to_owned()],
            _ => Vec::new(),
        },
        Some("wasm" | "wat") => vec![path.to_owned()],
        Some("suite") => sightglass::listed(path)?,
        _ if path.is_file() => vec![path.to_owned()],
        _ => Vec::new(),
    })
}

fn single(
    context: &Context,
    path: &Path,
    args: &FileArgs,
    parameters: &BTreeMap<String, String>,
    listed: bool,
) -> Result<Selected, CliError> {
    let file = SingleFile {
        path: path.to_owned(),
        args: args.args.clone(),
        env: args.env.iter().cloned().collect(),
        inherited: context.workload(),
        dirs: args.dirs.iter().map(|(guest, host)| (guest.clone(), host.into())).collect(),
        stdin: args.stdin.clone(),
        invoke: args.invoke.clone(),
        expect_stdout: args.expect_stdout.clone(),
        parameters: parameters.clone(),
    };
    let mut selected = kymo_suite::single(&file, context.cache()?)?;
    // Said of a whole list, it is meant for those of it that have no expected output.
    if args.output_varies && (!listed || selected.benchmark.check == Check::Stable) {
        selected.benchmark.check = Check::None;
    }
    Ok(selected)
}

/// A flag that would do nothing is a misunderstanding.
fn refuse_file_flags(target: &str, args: &FileArgs) -> Result<(), CliError> {
    let given = [
        ("--arg", !args.args.is_empty()),
        ("--env", !args.env.is_empty()),
        ("--dir", !args.dirs.is_empty()),
        ("--stdin", args.stdin.is_some()),
        ("--invoke", args.invoke.is_some()),
        ("--expect-stdout", args.expect_stdout.is_some()),
        ("--output-varies", args.output_varies),
    ];
    match given.iter().find(|(_, given)| *given) {
        Some((flag, _)) => Err(CliError::usage(format!("{flag} is for files, and {target} is a suite's"))
            .with_hint("a suite.toml says how its benchmarks are run; use --param for their parameters")),
        None => Ok(()),
    }
}
