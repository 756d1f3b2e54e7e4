//! What watched projects may do.

use super::Refusal;
use super::words::{self, check_line, check_name};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::ProjectName;
use kymo_model::watch::ProjectPolicy;

/// Tries of a job at most.
const ATTEMPTS_MAX: u32 = 100;

/// Jobs of a project that may wait, at most.
const QUEUED_MAX: u32 = 1_000_000;

pub fn set(db: &Db, policy: &ProjectPolicy) -> Result<(), Fault> {
    check(policy)?;
    db.execute(sql::SET_POLICY, &[&policy.project.as_str(), &words::json(policy)?])?;
    Ok(())
}

fn check(policy: &ProjectPolicy) -> Result<(), Fault> {
    const REMOTE: &str = "the remote of a project";
    check_line(REMOTE, &policy.remote, 2048)?;
    if !["https://", "file://"].iter().any(|scheme| policy.remote.starts_with(scheme)) {
        return Err(Refusal::invalid(REMOTE, "a URL that begins with https:// or file://").into());
    }
    const BRANCH: &str = "the branch of a project";
    check_line(BRANCH, &policy.branch, 255)?;
    if policy.branch.is_empty() || policy.branch.starts_with('-') {
        return Err(Refusal::invalid(BRANCH, "the name of a branch, as main").into());
    }
    for machine in &policy.machines {
        check_name("the name of a machine", machine)?;
    }
    if !(1..=ATTEMPTS_MAX).contains(&policy.attempts_max) {
        return Err(Refusal::invalid("attempts_max", format!("from 1 to {ATTEMPTS_MAX}")).into());
    }
    if policy.queued_max > QUEUED_MAX {
        return Err(Refusal::invalid("queued_max", format!("at most {QUEUED_MAX}")).into());
    }
    Ok(())
}

pub fn all(db: &Db) -> Result<Vec<ProjectPolicy>, Fault> {
    let texts = db.rows(sql::POLICIES, &[], |row| row.get::<String>(0))?;
    texts.iter().map(|text| words::of_json("a project's policy", text)).collect()
}

pub fn find(db: &Db, project: &ProjectName) -> Result<Option<ProjectPolicy>, Fault> {
    let text: Option<String> = db.row(sql::POLICY, &[&project.as_str()], |row| row.get(0))?;
    text.map(|text| words::of_json("a project's policy", &text)).transpose()
}

/// The policy of a project, which must be watched.
pub fn known(db: &Db, project: &ProjectName) -> Result<ProjectPolicy, Fault> {
    Ok(find(db, project)?.ok_or_else(|| Refusal::no_such("watched project", project))?)
}
