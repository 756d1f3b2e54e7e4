//! `kymo`, the command line of Kymograph. This file only dispatches.

mod builds;
mod cli;
mod columns;
mod commands;
mod context;
mod error;
mod parse;
mod probing;
mod progress;
mod record;
mod remark;
mod render;
mod saving;
mod status_line;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    match commands::dispatch(cli) {
        Ok(code) => code,
        Err(error) => error.report(),
    }
}
