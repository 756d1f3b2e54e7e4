//! The audit log: every change that somebody made, each entry linked to the one before by a hash.

use super::words::hex;
use super::{Actor, AuditEntry, AuditReport, words};
use crate::db::{Db, Lock};
use crate::fault::Fault;
use crate::sql_watch as sql;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// SHA-256 over the link before and all columns of this entry.
fn link(before: &str, unix_s: u64, actor: &str, action: &str, subject: &str, detail: &str) -> Result<String, Fault> {
    // As JSON, so that no text can pass for the end of one column and the start of the next.
    Ok(hex(&Sha256::digest(words::json(&(before, unix_s, actor, action, subject, detail))?)))
}

/// Adds an entry. To be the last thing that a transaction does: others wait from here on.
pub fn note(
    db: &Db,
    now_ms: i64,
    actor: &Actor,
    action: &str,
    subject: impl ToString,
    detail: &Value,
) -> Result<(), Fault> {
    db.lock(Lock::Audit)?;
    let before: String = db.row(sql::LAST_AUDIT, &[], |row| row.get(0))?.unwrap_or_default();
    let (unix_s, subject, detail) = (super::seconds(now_ms), subject.to_string(), detail.to_string());
    let made = link(&before, unix_s, &actor.0, action, &subject, &detail)?;
    db.execute(sql::ADD_AUDIT, &[&unix_s, &actor.0, &action, &subject, &detail, &made])?;
    Ok(())
}

/// Entries after the one with this number, oldest first.
pub fn after(db: &Db, sequence: u64, limit: u32) -> Result<Vec<AuditEntry>, Fault> {
    db.rows(sql::AUDIT, &[&sequence, &limit], |row| {
        Ok(AuditEntry {
            sequence: row.get(0)?,
            unix_s: row.get(1)?,
            actor: row.get(2)?,
            action: row.get(3)?,
            subject: row.get(4)?,
            detail: row.get(5)?,
            link_sha256: row.get(6)?,
        })
    })
}

/// Makes every link again.
pub fn verify(db: &Db) -> Result<AuditReport, Fault> {
    let mut report = AuditReport::default();
    let (mut last, mut before) = (0, String::new());
    loop {
        let entries = after(db, last, 1000)?;
        let Some(end) = entries.last() else { break };
        last = end.sequence;
        for entry in entries {
            let AuditEntry { unix_s, actor, action, subject, detail, .. } = &entry;
            if link(&before, *unix_s, actor, action, subject, detail)? != entry.link_sha256 {
                report.broken.push(entry.sequence);
            }
            report.entries += 1;
            before = entry.link_sha256;
        }
    }
    report.head = (report.entries > 0).then_some(before);
    Ok(report)
}
