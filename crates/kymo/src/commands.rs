//! A file for each command.

mod calibrate;
mod compare;
mod doctor;
mod engine;
mod export;
mod measure;
mod resume;
mod run;
mod runs;
mod schema;
mod show;
mod sides;
mod suite;
mod targets;
mod variants;

use crate::cli::{Cli, Command, EngineCommand, SuiteCommand};
use crate::context::Context;
use crate::error::CliError;
use std::process::ExitCode;

/// Carries out a command.
pub fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    let context = Context::new(&cli.places)?;
    match cli.command {
        Command::Run(args) => run::run(&context, &args),
        Command::Resume(args) => resume::resume(&context, &args),
        Command::Compare(args) => compare::compare(&context, &args),
        Command::Runs(args) => runs::runs(&context, &args),
        Command::Show(args) => show::show(&context, &args),
        Command::Export(args) => export::export(&context, &args),
        Command::Doctor(args) => doctor::doctor(&context, &args),
        Command::Engine(EngineCommand::List(args)) => engine::list(&context, &args),
        Command::Suite(SuiteCommand::List(args)) => suite::list(&context, &args),
        Command::Suite(SuiteCommand::Fetch(args)) => suite::fetch(&context, &args),
        Command::Schema(args) => schema::schema(&args),
    }
}
