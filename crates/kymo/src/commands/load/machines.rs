//! `kymo load --lead` and `--join`: one load by several machines.

use super::asked::Asked;
use super::looking::Looking;
use super::{Put, failed};
use crate::cli::LoadArgs;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::harmless;
use kymo_load::together::{self, Lead, Secret, TogetherError};
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

/// The variable with the secret.
const VARIABLE: &str = "KYMO_LOAD_SECRET";

/// Leads the machines that join.
pub fn lead(args: &LoadArgs, asked: &Asked, looking: &mut Looking, interrupt: &AtomicBool) -> Result<Put, CliError> {
    let (address, machines) = (args.machines.lead.as_deref().unwrap_or_default(), args.machines.machines.unwrap_or(1));
    let lead = Lead::listen(address, secret(args)?, machines).map_err(wrong)?;
    let quiet = args.output.quiet;
    // Said always: it is how the others are told where to go.
    remark(format_args!(
        "waiting for {machines} machines on {}; start on each: kymo load --join HOST:PORT",
        lead.address()
    ));
    let mut said = |line: String| {
        if !quiet {
            remark(harmless::line(&line));
        }
    };
    let led = lead.run(&asked.spec, looking, interrupt, &mut said);
    looking.clear();
    let led = led.map_err(wrong)?;
    Ok(Put { load: led.load, members: led.members })
}

/// Joins the machine that leads.
pub fn join(args: &LoadArgs, leader: &str, interrupt: &AtomicBool) -> Result<ExitCode, CliError> {
    let secret = secret(args)?;
    let quiet = args.output.quiet;
    let mut said = |line: String| {
        if !quiet {
            remark(harmless::line(&line));
        }
    };
    let load = together::join(leader, &secret, interrupt, kymo_load::run, &mut said).map_err(wrong)?;
    said(format!("{} requests answered; the result is with {leader}", load.report.requests.completed));
    Ok(ExitCode::SUCCESS)
}

fn secret(args: &LoadArgs) -> Result<Secret, CliError> {
    let text = match &args.machines.secret {
        Some(file) => std::fs::read_to_string(file)
            .map_err(|error| CliError::usage(format!("cannot read the secret in {}: {error}", file.display())))?,
        None => std::env::var(VARIABLE).map_err(|_| {
            CliError::usage("machines that load together need a secret").with_hint(format!(
                "give all the same by --secret FILE or the variable {VARIABLE}, as `openssl rand -hex 16` makes"
            ))
        })?,
    };
    Secret::new(&text).map_err(wrong)
}

fn wrong(error: TogetherError) -> CliError {
    match error {
        TogetherError::Load(error) => failed(error),
        TogetherError::ShortSecret(_) | TogetherError::Listen { .. } => CliError::usage(error),
        error => CliError::failure(harmless_lines(&error.to_string())),
    }
}

/// What others said, line by line.
fn harmless_lines(text: &str) -> String {
    text.lines().map(|line| harmless::line(line).into_owned()).collect::<Vec<_>>().join("\n")
}
