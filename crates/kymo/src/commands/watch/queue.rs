//! `kymo queue`.

use super::client::Client;
use super::{machine, print, print_json, words};
use crate::cli::QueueArgs;
use crate::columns::columns;
use crate::context::Context;
use crate::error::CliError;
use crate::render::harmless::line;
use kymo_model::watch::{Job, JobReason};
use kymo_tracker::wire::{Jobs, Machines};
use std::process::ExitCode;

/// Shows what the machines measure, and what waits.
pub fn queue(context: &Context, args: &QueueArgs) -> Result<ExitCode, CliError> {
    let client = Client::new(&args.server)?;
    let machine = args.machine.as_ref().map(|name| format!("&machine={}", encoded(name))).unwrap_or_default();
    let jobs: Jobs = client.get(&format!("/queue?limit={}{machine}", args.count))?;
    let mut machines: Machines = client.get("/machines")?;
    machines.items.retain(|one| args.machine.as_ref().is_none_or(|name| *name == one.name));
    if args.json {
        print_json(&serde_json::json!({"machines": machines.items, "jobs": jobs.items}))?;
        return Ok(ExitCode::SUCCESS);
    }
    print(&machine::table(&machines.items, context.colour))?;
    if jobs.items.is_empty() {
        print("\nNothing runs, and nothing waits: kymo request asks for measurements.\n")?;
    } else {
        print(&format!("\n{}", table(&jobs.items, context.colour)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A text as a value in a query.
pub fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Why somebody wants a job.
pub const fn reason(reason: JobReason) -> &'static str {
    match reason {
        JobReason::Comment => "comment",
        JobReason::Request => "request",
        JobReason::Bisect => "bisection",
        JobReason::Push => "push",
        JobReason::Backfill => "back-fill",
    }
}

fn table(jobs: &[Job], colour: bool) -> String {
    let header = ["job", "machine", "project", "commit", "tier", "asked by", "reason", "state", "estimate", "title"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(jobs.iter().map(|job| {
        vec![
            job.id.to_string(),
            job.machine.clone(),
            job.project.to_string(),
            job.commit.short().to_owned(),
            job.tier.clone(),
            line(&job.asked_by).into_owned(),
            reason(job.reason).to_owned(),
            words::state(job),
            words::estimate(job.estimate.as_ref()),
            line(&job.title).into_owned(),
        ]
    }));
    columns(&rows, colour)
}
