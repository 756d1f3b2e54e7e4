//! Sessions of browsers.

use super::{NewSession, Refusal, Session, accounts, seconds, secrets};
use crate::db::Db;
use crate::fault::Fault;
use crate::sql_watch as sql;

/// What the second secret is for; it is part of what it is made from.
const CSRF: &str = "kymograph csrf";

/// Longest session.
const LASTS_MAX_S: u64 = 366 * 86_400;

pub fn add(db: &Db, now_ms: i64, account: &str, lasts_s: u64) -> Result<NewSession, Fault> {
    if accounts::known(db, account)?.disabled {
        return Err(Refusal::not_now(format!("the account '{account}' is disabled")).into());
    }
    let secret = secrets::secret()?;
    let now = seconds(now_ms);
    let expires = now + lasts_s.min(LASTS_MAX_S);
    db.execute(sql::ADD_SESSION, &[&secrets::hash(&secret), &account, &now, &expires])?;
    let csrf = secrets::derived(&secret, CSRF);
    Ok(NewSession { secret, csrf })
}

pub fn find(db: &Db, now_ms: i64, secret: &str) -> Result<Option<Session>, Fault> {
    let hash = secrets::hash(secret);
    let found =
        db.row(sql::SESSION, &[&hash], |row| Ok((row.get::<String>(0)?, row.get::<u64>(1)?, row.get::<u64>(2)?)))?;
    let Some((name, created, expires)) = found else { return Ok(None) };
    // A clock that was set back must not make a session last longer than it was to.
    let lasts = expires.saturating_sub(created);
    if expires <= seconds(now_ms) || expires - seconds(now_ms) > lasts {
        return Ok(None);
    }
    let account = accounts::find(db, &name)?.filter(|account| !account.disabled);
    let csrf = secrets::derived(secret, CSRF);
    Ok(account.map(|account| Session { account, csrf, expires_unix_s: expires }))
}

pub fn end(db: &Db, secret: &str) -> Result<(), Fault> {
    db.execute(sql::END_SESSION, &[&secrets::hash(secret)])?;
    Ok(())
}

/// Whether there are sessions that are over.
pub fn has_old(db: &Db, now_ms: i64) -> Result<bool, Fault> {
    db.one(sql::OLD_SESSIONS, &[&seconds(now_ms)], |row| Ok(row.get::<i64>(0)? > 0))
}

pub fn sweep(db: &Db, now_ms: i64) -> Result<(), Fault> {
    db.execute(sql::END_OLD_SESSIONS, &[&seconds(now_ms)])?;
    Ok(())
}
