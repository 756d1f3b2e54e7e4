//! `kymo request`.

use super::client::Client;
use super::{follow, print};
use crate::cli::WatchRequestArgs;
use crate::error::CliError;
use kymo_model::watch::{JobReason, Request};
use kymo_tracker::wire::Requested;
use std::process::ExitCode;
use ureq::http::Method;

/// Asks for measurements, and prints the jobs' numbers.
pub fn request(args: &WatchRequestArgs) -> Result<ExitCode, CliError> {
    let client = Client::new(&args.server)?;
    let request = Request {
        project: args.project.clone(),
        commits: args.commits.clone(),
        tier: args.tier.clone(),
        machines: args.machines.clone(),
        reason: JobReason::Request,
    };
    let requested: Requested = client.send(Method::POST, "/jobs", &request)?;
    let numbers: String = requested.jobs.iter().map(|job| format!("{job}\n")).collect();
    print(&numbers)?;
    if args.wait { follow::to_the_end(&client, &requested.jobs, args.quiet) } else { Ok(ExitCode::SUCCESS) }
}
