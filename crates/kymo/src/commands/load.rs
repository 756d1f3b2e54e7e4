//! `kymo load`.

mod asked;
mod looking;
mod machines;
mod mix;
mod outputs;
mod peak;
mod save;
mod target;

use crate::cli::LoadArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::harmless;
use asked::{Asked, asked};
use kymo_load::{Load, LoadError};
use looking::Looking;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::SystemTime;

/// Puts a load, or a share of one, and says what came of it.
pub fn load(context: &Context, args: &LoadArgs) -> Result<ExitCode, CliError> {
    if let Some(script) = &args.request.script {
        return Err(CliError::usage(format!("{}: scripts in Lua are not run", script.display())).with_hint(
            "method, body and header fields are flags (--method, --body, -H), several requests a file (--mix FILE), and \
             answers are checked by --expect",
        ));
    }
    let interrupt = interrupted()?;
    if let Some(leader) = &args.machines.join {
        return machines::join(args, leader, &interrupt);
    }
    // The parser asks for it where nothing is joined.
    let url = args.url.as_deref().ok_or_else(|| CliError::usage("a URL is missing, as http://127.0.0.1:8080/"))?;
    let asked = asked(args, url)?;
    outputs::check(args)?;
    if args.wire.batch_latency && !args.output.quiet {
        remark("-B changes nothing: every request of a pipeline is timed on its own");
    }
    if args.peak.peak {
        return peak::peak(context, args, &asked, &interrupt);
    }
    if args.peak.slo.is_some() {
        return Err(CliError::usage("--slo is the objective of --peak; give both, or neither"));
    }
    let started = SystemTime::now();
    let put = put(context, args, &asked, &interrupt)?;
    let ended = outputs::write(args, &asked, &put, started)?;
    if args.output.save {
        save::save(context, args, &asked, &put.load)?;
    }
    Ok(ended)
}

/// A load that was put, and the machines that put it.
pub struct Put {
    /// What came of it.
    pub load: Load,
    /// The machines; none where it was this one.
    pub members: Vec<kymo_load::together::Member>,
}

fn put(context: &Context, args: &LoadArgs, asked: &Asked, interrupt: &AtomicBool) -> Result<Put, CliError> {
    let mut looking = Looking::new(context.progress && !args.output.quiet, asked.spec.duration);
    if args.machines.lead.is_some() {
        return machines::lead(args, asked, &mut looking, interrupt);
    }
    let load = kymo_load::run(&asked.spec, &mut looking, interrupt);
    looking.clear();
    Ok(Put { load: load.map_err(failed)?, members: Vec::new() })
}

/// Set by the first Ctrl-C, which keeps what was measured; the second ends at once.
fn interrupted() -> Result<Arc<AtomicBool>, CliError> {
    let interrupt = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&interrupt))?;
        signal_hook::flag::register(signal, Arc::clone(&interrupt))?;
    }
    Ok(interrupt)
}

/// What the generator said, as an error of the command line.
pub fn failed(error: LoadError) -> CliError {
    match error {
        LoadError::Spec(_) => CliError::usage(harmless::line(&error.to_string())),
        error => CliError::failure(harmless::line(&error.to_string())),
    }
}
