//! A file for each command.

mod agent;
mod calibrate;
mod check;
mod compare;
mod detect;
mod doctor;
mod engine;
mod engine_build;
mod engine_check;
mod export;
mod export_parquet;
mod import;
mod load;
pub mod measure;
mod record;
mod report;
mod resume;
mod run;
mod runs;
mod schema;
mod serve;
mod serving;
mod show;
mod sides;
mod site;
mod site_source;
mod store;
mod suite;
mod suite_sizes;
mod sweep;
mod targets;
pub mod variants;
mod watch;

use crate::cli::{Cli, Command, EngineCommand, HistoryCommand, SiteCommand, StoreCommand, SuiteCommand};
use crate::context::Context;
use crate::error::CliError;
use kymo_history::DecisionKind;
use std::process::ExitCode;

/// Carries out a command.
pub fn dispatch(cli: Cli) -> Result<ExitCode, CliError> {
    let context = Context::new(&cli.places)?;
    match cli.command {
        Command::Run(args) => run::run(&context, &args),
        Command::Sweep(args) => sweep::sweep(&context, &args),
        Command::Resume(args) => resume::resume(&context, &args),
        Command::Load(args) => load::load(&context, &args),
        Command::Compare(args) => compare::compare(&context, &args),
        Command::Runs(args) => runs::runs(&context, &args),
        Command::Show(args) => show::show(&context, &args),
        Command::Report(args) => report::report(&context, &args),
        Command::Export(args) => export::export(&context, &args),
        Command::Import(args) => import::import(&context, &args),
        Command::History(HistoryCommand::List(args)) => record::history::list(&context, &args),
        Command::History(HistoryCommand::Sync(args)) => record::history::sync(&context, &args),
        Command::History(HistoryCommand::Show(args)) => record::history::show(&context, &args),
        Command::Detect(args) => detect::detect(&context, &args),
        Command::Incident(args) => record::incident::incident(&context, &args),
        Command::Ack(args) => record::decide::decide(&context, DecisionKind::Ack, &args),
        Command::Ignore(args) => record::decide::decide(&context, DecisionKind::Ignore, &args),
        Command::Expect(args) => record::decide::expect(&context, &args),
        Command::Confirm(args) => record::confirm::confirm(&context, &args),
        Command::Drift(args) => record::drift::drift(&context, &args),
        Command::Verify(args) => record::verify::verify(&context, &args),
        Command::Site(SiteCommand::Build(args)) => site::build(&context, &args),
        Command::Site(SiteCommand::Push(args)) => site::push(&context, &args),
        Command::Site(SiteCommand::Check(args)) => site::check(&args),
        Command::Serve(args) => serve::serve(&context, &args),
        Command::Request(args) => watch::request::request(&args),
        Command::Queue(args) => watch::queue::queue(&context, &args),
        Command::Job(command) => watch::job::job(&command),
        Command::User(command) => watch::user::user(&context, &command),
        Command::Token(command) => watch::token::token(&context, &command),
        Command::Project(command) => watch::project::project(&context, &command),
        Command::Machine(command) => watch::machine::machine(&context, &command),
        Command::Check(args) => check::check(&args),
        Command::Store(StoreCommand::Backup(args)) => store::backup(&context, &args),
        Command::Store(StoreCommand::Restore(args)) => store::restore(&context, &args),
        Command::Store(StoreCommand::Migrate(args)) => store::migrate(&context, &args),
        Command::Store(StoreCommand::Info(args)) => store::info(&context, &args),
        Command::Agent(args) => agent::agent(&context, &args),
        Command::Doctor(args) => doctor::doctor(&context, &args),
        Command::Engine(EngineCommand::List(args)) => engine::list(&context, &args),
        Command::Engine(EngineCommand::Build(args)) => engine_build::build(&context, &args),
        Command::Engine(EngineCommand::Remove(args)) => engine_build::remove(&context, &args),
        Command::Engine(EngineCommand::Check(args)) => engine_check::check(&context, &args),
        Command::Suite(SuiteCommand::List(args)) => suite::list(&context, &args),
        Command::Suite(SuiteCommand::Fetch(args)) => suite::fetch(&context, &args),
        Command::Suite(SuiteCommand::Sizes(args)) => suite_sizes::sizes(&context, &args),
        Command::Schema(args) => schema::schema(&args),
    }
}
