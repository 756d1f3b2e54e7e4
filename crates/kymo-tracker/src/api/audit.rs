//! The log of every change, for admins.

use super::answer::Answer;
use super::call::Call;
use super::jobs::PAGING;
use super::problem::Problem;
use super::route::Route;
use super::wire::{Audit, AuditLine, Page};

/// The routes.
pub fn routes() -> Vec<Route> {
    vec![Route::get("/audit", list).query(&PAGING).gives::<Audit>(200).summary("Every change, oldest first")]
}

fn list(call: &Call) -> Result<Answer, Problem> {
    let (after, limit) = (call.number("after")?.unwrap_or_default(), call.limit()?);
    let mut entries = call.store(|store| store.audit(after, limit + 1))?;
    let more = entries.len() > limit as usize;
    entries.truncate(limit as usize);
    let next = entries.last().filter(|_| more).map(|entry| entry.sequence.to_string());
    let items = entries.into_iter().map(|entry| AuditLine {
        sequence: entry.sequence,
        unix_s: entry.unix_s,
        actor: entry.actor,
        action: entry.action,
        subject: entry.subject,
        detail: serde_json::from_str(&entry.detail).unwrap_or(serde_json::Value::Null),
        link_sha256: entry.link_sha256,
    });
    Answer::ok(&Page { items: items.collect(), next })
}
