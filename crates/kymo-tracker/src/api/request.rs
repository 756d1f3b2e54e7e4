//! Requests for measurements: names become commits by the project's mirror, commits become jobs.

use super::access::forbidden;
use super::answer::Answer;
use super::call::{Call, is_name};
use super::problem::Problem;
use super::route::Route;
use super::wire::Requested;
use axum::http::StatusCode;
use kymo_model::Commit;
use kymo_model::watch::{JobReason, ProjectPolicy, Request, Role};
use kymo_store::NewJob;
use std::collections::BTreeSet;

/// Commits of one request at most.
const COMMITS_MAX: usize = 1000;

/// Jobs of one request at most.
const JOBS_MAX: usize = 10_000;

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/jobs", request)
            .role(Role::Requester)
            .takes::<Request>()
            .gives::<Requested>(201)
            .summary("Ask for measurements of commits: a job for each commit and machine"),
    ]
}

fn request(call: &Call) -> Result<Answer, Problem> {
    let asked: Request = call.json()?;
    let account = call.account()?;
    if asked.reason != JobReason::Request && account.role < Role::Operator {
        return Err(forbidden("what a person asks for has the reason request; operators may give another"));
    }
    if asked.commits.is_empty() || asked.commits.len() > COMMITS_MAX {
        return Err(Problem::invalid(format!("commits: from 1 to {COMMITS_MAX} of them")));
    }
    if !is_name(&asked.tier) {
        return Err(Problem::invalid("tier is no name of a tier"));
    }
    let policy = call
        .store(|store| store.policy(&asked.project))?
        .ok_or_else(|| Problem::invalid(format!("no project {} is watched: an admin sets it up", asked.project)))?;
    let machines = machines(&asked, &policy)?;
    let commits = commits(call, &asked, &policy)?;
    if commits.len() * machines.len() > JOBS_MAX {
        return Err(Problem::invalid(format!("that is more than {JOBS_MAX} jobs: ask for fewer at once")));
    }
    let job = |commit: &Commit, machine: &String| NewJob {
        project: asked.project.clone(),
        commit: commit.hash.clone(),
        title: crate::clean::line(&commit.title, 200),
        tier: asked.tier.clone(),
        machine: machine.clone(),
        reason: asked.reason,
        asked_by: account.name.clone(),
        priority: asked.reason.priority(),
    };
    let jobs: Vec<NewJob> =
        commits.iter().flat_map(|commit| machines.iter().map(move |machine| job(commit, machine))).collect();
    let numbers = call.store(|store| store.add_jobs(&call.actor(), &jobs))?;
    machines.iter().for_each(|machine| call.api.wakers.wake(machine));
    Answer::json(StatusCode::CREATED, &Requested { jobs: numbers })
}

fn machines(asked: &Request, policy: &ProjectPolicy) -> Result<Vec<String>, Problem> {
    if asked.machines.is_empty() {
        return Ok(policy.machines.clone());
    }
    let mut machines: Vec<String> = Vec::new();
    for machine in &asked.machines {
        if !policy.machines.contains(machine) {
            let own = policy.machines.join(", ");
            let other = crate::clean::line(machine, 64);
            return Err(Problem::invalid(format!("{} is not measured on {other}, but on {own}", policy.project)));
        }
        if !machines.contains(machine) {
            machines.push(machine.clone());
        }
    }
    Ok(machines)
}

/// The commits in the order in which they were named, each once.
fn commits(call: &Call, asked: &Request, policy: &ProjectPolicy) -> Result<Vec<Commit>, Problem> {
    let names: Vec<&str> = asked.commits.iter().map(String::as_str).collect();
    let found = call.api.mirrors.commits(policy, &names)?;
    super::projects::sync_later(&call.api, policy);
    let mut seen = BTreeSet::new();
    Ok(found.into_iter().filter(|commit| seen.insert(commit.hash.clone())).collect())
}
