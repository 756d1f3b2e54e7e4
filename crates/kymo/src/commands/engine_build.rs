//! `kymo engine build` and `kymo engine remove`.

use crate::builds::{Wish, fetch, make};
use crate::cli::{EngineBuildArgs, EngineRemoveArgs};
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use std::io::Write;
use std::process::ExitCode;

/// Builds an engine's worker from a checkout and registers it.
pub fn build(context: &Context, args: &EngineBuildArgs) -> Result<ExitCode, CliError> {
    let inherited = context.rustflags();
    let flags: Vec<&str> = inherited.iter().chain(&args.rustflags).map(|flags| flags.trim()).collect();
    let wish = Wish {
        engine: args.engine.clone(),
        name: args.name.clone(),
        paths: args.paths.clone(),
        rustflags: flags.join(" "),
        rustflags_given: !flags.is_empty(),
        profile: args.profile.iter().cloned().collect(),
        features: args.features.clone(),
        force: args.force,
        progress: context.progress && !args.quiet,
        sources: context.sources.clone(),
        between: context.build_folder(&args.engine),
    };
    if args.fetch {
        fetch(&context.builds, &wish)?;
        writeln!(std::io::stdout(), "{} can be built without a network now", wish.engine)?;
        return Ok(ExitCode::SUCCESS);
    }
    let record = make(&context.builds, &wish)?;
    let full = format!("{}@{}", record.engine, record.name);
    writeln!(std::io::stdout(), "{full}: {} {}, build {}", record.engine, record.version, record.build_id)?;
    if !args.quiet {
        remark(format_args!("measure it with: kymo run basics -e {full}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Removes a build.
pub fn remove(context: &Context, args: &EngineRemoveArgs) -> Result<ExitCode, CliError> {
    let Some((engine, name)) = args.build.split_once('@') else {
        return Err(CliError::usage(format!("'{}' is no build; write ENGINE@NAME", args.build))
            .with_hint("kymo engine list shows the builds; the installed workers are not kymo's to remove"));
    };
    context.builds.remove(engine, name)?;
    writeln!(std::io::stdout(), "removed {}", args.build)?;
    Ok(ExitCode::SUCCESS)
}
