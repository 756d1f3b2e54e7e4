//! Projects and what they may do.

use super::access::Access;
use super::answer::Answer;
use super::call::{Call, is_name};
use super::problem::Problem;
use super::route::Route;
use super::wire::Projects;
use super::{Api, gate};
use crate::mirror::Mirrors;
use axum::http::Method;
use kymo_model::ProjectName;
use kymo_model::watch::{Limits, ProjectPolicy};
use kymo_store::{ProjectSource, WatchError};
use std::sync::Arc;

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/projects", list)
            .access(Access::Reader)
            .gives::<Projects>(200)
            .summary("The projects that are watched, and what they may do"),
        Route::other(Method::PUT, "/projects/{name}", put)
            .takes::<ProjectPolicy>()
            .gives::<ProjectPolicy>(200)
            .summary("Watch a project, or change what it may do"),
    ]
}

fn list(call: &Call) -> Result<Answer, Problem> {
    Answer::ok(&Projects::whole(call.store(|store| store.policies())?))
}

fn put(call: &Call) -> Result<Answer, Problem> {
    let policy: ProjectPolicy = call.json()?;
    if policy.project.as_str() != call.param("name") {
        return Err(Problem::invalid("project is another one than in the address"));
    }
    check(&policy, call.api.options.allow_file_remotes).map_err(Problem::invalid)?;
    call.store(|store| store.set_policy(&call.actor(), &policy))?;
    sync_later(&call.api, &policy);
    Answer::ok(&policy)
}

/// Whether a policy can be one.
///
/// # Errors
/// In a line that says what is wrong.
pub fn check(policy: &ProjectPolicy, file_remotes: bool) -> Result<(), String> {
    crate::git::remote(&policy.remote, file_remotes)?;
    crate::git::name(&policy.branch)?;
    if policy.machines.is_empty() || policy.machines.len() > 100 {
        return Err("machines: from 1 to 100 of them".to_owned());
    }
    if let Some(wrong) = policy.machines.iter().find(|name| !is_name(name)) {
        return Err(format!(
            "'{}' is no name of a machine: up to 64 letters, digits, '-', '_' and '.', beginning with a letter or digit",
            crate::clean::line(wrong, 80)
        ));
    }
    for (what, limits) in [("build_limits", &policy.build_limits), ("measure_limits", &policy.measure_limits)] {
        check_limits(limits).map_err(|problem| format!("{what}: {problem}"))?;
    }
    if !(1..=20).contains(&policy.attempts_max) {
        return Err("attempts_max goes from 1 to 20".to_owned());
    }
    if !(1..=1_000_000).contains(&policy.queued_max) {
        return Err("queued_max goes from 1 to 1000000".to_owned());
    }
    Ok(())
}

fn check_limits(limits: &Limits) -> Result<(), String> {
    let whole = |bytes: kymo_model::Bytes| (1..=1u64 << 50).contains(&bytes.get());
    let time = limits.wall_time.get();
    if !(time.is_finite() && time > 0.0 && time <= 30.0 * 86_400.0) {
        return Err("wall_time goes up to 30 days, in seconds".to_owned());
    }
    if limits
        .processors
        .map(kymo_model::Ratio::get)
        .is_some_and(|count| !(count.is_finite() && count > 0.0 && count <= 4096.0))
    {
        return Err("processors goes up to 4096".to_owned());
    }
    if !(1..=4_194_304).contains(&limits.processes) {
        return Err("processes goes from 1 to 4194304".to_owned());
    }
    let amounts = [limits.memory, limits.disk, limits.temporary, limits.output];
    if !amounts.into_iter().chain(limits.disk_rate).all(whole) {
        return Err("amounts of bytes go from 1 to 1 PiB".to_owned());
    }
    Ok(())
}

/// Brings the mirror of a project up to date, and the main line in the store with it, while nobody waits for it.
pub fn sync_later(api: &Arc<Api>, policy: &ProjectPolicy) {
    let (api, policy) = (api.clone(), policy.clone());
    drop(tokio::task::spawn_blocking(move || sync_and_say(&api, &policy)));
}

/// After results: the same, and then what changed is looked for.
pub fn sync_and_detect_later(api: &Arc<Api>, policy: &ProjectPolicy) {
    let (api, policy) = (api.clone(), policy.clone());
    drop(tokio::task::spawn_blocking(move || {
        sync_and_say(&api, &policy);
        api.detection.look(&policy.project, |project| detect_and_say(&api, project));
    }));
}

fn detect_and_say(api: &Api, project: &ProjectName) {
    let detect = api.options.detect;
    let problem = match api.pool.with(|store| Ok(detect(store, project))) {
        Ok(Ok(())) => return,
        Ok(Err(why)) => why,
        Err(problem) => problem.log.unwrap_or(problem.detail),
    };
    api.log(&format!("changes of {project} could not be looked for: {problem}"));
}

fn sync_and_say(api: &Api, policy: &ProjectPolicy) {
    if let Err(problem) = sync(api, policy) {
        let why = problem.log.unwrap_or(problem.detail);
        api.log(&format!("the main line of {} could not be brought up to date: {why}", policy.project));
    }
}

/// Keeps the main line as the mirror has it.
fn sync(api: &Api, policy: &ProjectPolicy) -> Result<(), Problem> {
    let mirrors: &Mirrors = &api.mirrors;
    mirrors.refresh(policy)?;
    let Some(line) = mirrors.new_line(policy)? else { return Ok(()) };
    let source = ProjectSource { repository: None, web_url: line.web_url, branch: Some(policy.branch.clone()) };
    api.pool.with(|store| {
        let project = store.set_project(&policy.project, &source).map_err(WatchError::Store)?;
        store.set_line(project.key, &line.commits).map_err(WatchError::Store)
    })?;
    mirrors.line_is_kept(policy, &line.head);
    Ok(())
}

/// The same for every project, on a thread that may wait.
pub async fn sync_all(api: Arc<Api>) {
    let own = api.clone();
    let policies = gate::waiting(move || own.pool.with(|store| store.policies())).await;
    // One after the other: nobody waits for them.
    for policy in policies.unwrap_or_default() {
        let own = api.clone();
        let synced = gate::waiting(move || {
            sync_and_say(&own, &policy);
            Ok(())
        });
        // What fails is said.
        let _ = synced.await;
    }
}
