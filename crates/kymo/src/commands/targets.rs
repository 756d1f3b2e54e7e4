//! From targets as typed to the benchmarks of a plan.

use crate::cli::{FileArgs, RunArgs};
use crate::context::Context;
use crate::error::CliError;
use kymo_model::{Benchmark, Check};
use kymo_suite::{Selected, Selection, SingleFile};
use std::path::Path;

/// The benchmarks of a plan, with the imports that nobody provides.
#[derive(Default)]
pub struct Targets {
    /// The benchmarks.
    pub benchmarks: Vec<Benchmark>,
    /// For each, the imports that nobody provides.
    pub unprovided: Vec<Vec<String>>,
}

/// Resolves the targets of a run.
pub fn targets(context: &Context, args: &RunArgs) -> Result<Targets, CliError> {
    let selection = Selection { tags: args.tags.clone(), parameters: args.params.iter().cloned().collect() };
    let mut found = Targets::default();
    for target in &args.targets {
        let selected = if is_file(target) {
            vec![single(context, target, &args.file)?]
        } else {
            refuse_file_flags(target, &args.file)?;
            context.suites.select(target, &selection, context.cache()?)?
        };
        if selected.is_empty() {
            return Err(CliError::usage(format!("no benchmark of {target} has the tag {}", args.tags.join(" or ")))
                .with_hint("kymo suite list shows the tags"));
        }
        for Selected { benchmark, unprovided } in selected {
            if found.benchmarks.iter().any(|known| known.name == benchmark.name) {
                // A benchmark named twice is measured once: naming a variant twice is the A/A run.
                continue;
            }
            found.benchmarks.push(benchmark);
            found.unprovided.push(unprovided);
        }
    }
    Ok(found)
}

/// A target is a file if it is named like a module, or is a file that is no suite: `./program` of another ending.
fn is_file(target: &str) -> bool {
    let path = Path::new(target);
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("wasm" | "wat") => true,
        Some("toml") => false,
        _ => path.is_file(),
    }
}

fn single(context: &Context, target: &str, args: &FileArgs) -> Result<Selected, CliError> {
    let file = SingleFile {
        path: target.into(),
        args: args.args.clone(),
        env: args.env.iter().cloned().collect(),
        dirs: args.dirs.iter().map(|(guest, host)| (guest.clone(), host.into())).collect(),
        stdin: args.stdin.clone(),
        invoke: args.invoke.clone(),
        expect_stdout: args.expect_stdout.clone(),
    };
    let mut selected = kymo_suite::single(&file, context.cache()?)?;
    if args.output_varies {
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
