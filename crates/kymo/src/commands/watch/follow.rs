//! Follows jobs to their end.

use super::client::Client;
use super::words;
use crate::error::CliError;
use crate::remark::remark;
use kymo_model::watch::{Job, JobEnd, JobId};
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// How often the server is asked.
const EVERY: Duration = Duration::from_secs(1);

/// How long a server may be away: it may be started anew meanwhile.
const AWAY: Duration = Duration::from_secs(600);

/// Follows jobs to their end, and says each change. Exit code 1 if one did not end well.
pub fn to_the_end(client: &Client, jobs: &[JobId], quiet: bool) -> Result<ExitCode, CliError> {
    let mut said: BTreeMap<JobId, String> = BTreeMap::new();
    let mut left = jobs.to_vec();
    let mut good = true;
    let mut heard = Instant::now();
    while !left.is_empty() {
        let mut next = Vec::new();
        // The first of those that wait tells enough of the others.
        let mut waits = false;
        for id in left {
            if waits {
                next.push(id);
                continue;
            }
            let job: Job = match client.get(&format!("/jobs/{id}")) {
                Ok(job) => job,
                Err(error) if heard.elapsed() > AWAY || !error.is_failure() => return Err(error),
                Err(_) => {
                    next.push(id);
                    continue;
                }
            };
            heard = Instant::now();
            let state = words::state(&job);
            if !quiet && said.get(&id) != Some(&state) {
                remark(format_args!("job {id} at {}: {state}", job.commit.short()));
                said.insert(id, state);
            }
            if job.state.is_ended() {
                good &= job.end == Some(JobEnd::Measured);
            } else {
                waits = job.ahead.is_some();
                next.push(id);
            }
        }
        left = next;
        if !left.is_empty() {
            std::thread::sleep(EVERY);
        }
    }
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
