//! `kymo job`.

use super::client::Client;
use super::{print, print_json, queue, words};
use crate::cli::{JobCommand, JobRef};
use crate::columns::columns;
use crate::error::CliError;
use crate::remark::remark;
use crate::render::harmless::line;
use kymo_model::watch::Job;
use kymo_tracker::wire::{JobChange, LogPart};
use std::process::ExitCode;
use ureq::http::Method;

/// Jobs of the queue.
pub fn job(command: &JobCommand) -> Result<ExitCode, CliError> {
    match command {
        JobCommand::Show(job) => show(job, &Client::new(&job.server)?.get(&format!("/jobs/{}", job.id))?)?,
        JobCommand::Log(job) => log(job)?,
        JobCommand::Cancel(job) => show(job, &Client::new(&job.server)?.post(&format!("/jobs/{}/cancel", job.id))?)?,
        JobCommand::Retry(job) => show(job, &Client::new(&job.server)?.post(&format!("/jobs/{}/retry", job.id))?)?,
        JobCommand::Priority(args) => {
            let change = JobChange { priority: args.priority };
            let client = Client::new(&args.job.server)?;
            show(&args.job, &client.send(Method::PATCH, &format!("/jobs/{}", args.job.id), &change)?)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn show(args: &JobRef, job: &Job) -> Result<(), CliError> {
    if args.json {
        return print_json(job);
    }
    let runs: Vec<String> = job.runs.iter().map(|run| line(run.as_str()).into_owned()).collect();
    let moment = |at: Option<u64>| at.map(words::moment).unwrap_or_default();
    let facts = [
        ("job", job.id.to_string()),
        ("state", words::state(job)),
        ("project", job.project.to_string()),
        ("commit", format!("{} {}", job.commit, line(&job.title))),
        ("tier", job.tier.clone()),
        ("machine", job.machine.clone()),
        ("asked by", format!("{} ({})", line(&job.asked_by), queue::reason(job.reason))),
        ("priority", job.priority.to_string()),
        ("tries", job.attempts.to_string()),
        ("estimate", words::estimate(job.estimate.as_ref())),
        ("asked for (UTC)", words::moment(job.created_unix_s)),
        ("started (UTC)", moment(job.started_unix_s)),
        ("ended (UTC)", moment(job.ended_unix_s)),
        ("runs", runs.join(" ")),
    ];
    let rows: Vec<Vec<String>> = facts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| vec![name.to_owned(), value])
        .collect();
    print(&columns(&rows, false))
}

fn log(args: &JobRef) -> Result<(), CliError> {
    let client = Client::new(&args.server)?;
    let mut offset = 0;
    loop {
        let part: LogPart = client.get(&format!("/jobs/{}/log?offset={offset}", args.id))?;
        if args.json {
            print_json(&part)?;
        } else {
            let lines = part.text.split_inclusive('\n');
            let safe = lines.map(|one| match one.strip_suffix('\n') {
                Some(whole) => format!("{}\n", line(whole)),
                None => line(one).into_owned(),
            });
            print(&safe.collect::<String>())?;
        }
        if part.total_bytes == 0 && !args.json {
            remark("it has not said anything yet");
        }
        let end = part.offset + part.text.len() as u64;
        if part.text.is_empty() || end >= part.total_bytes {
            return Ok(());
        }
        offset = end;
    }
}
