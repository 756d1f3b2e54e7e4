//! Tokens of accounts and of machines' agents.

use super::words::{check_line, check_name};
use super::{Principal, Refusal, accounts, machines, seconds, secrets};
use crate::db::{Db, Row};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{NewToken, Scope, TokenInfo};

const OF_ACCOUNT: &str = "kymo_";
const OF_MACHINE: &str = "kymoagent_";

/// A note's bytes at most.
const NOTE_MAX_BYTES: usize = 200;

/// A token's row: what is told of it, and the hash of its secret.
fn columns(row: &Row<'_>) -> Result<(TokenInfo, String), Fault> {
    let id: String = row.get(0)?;
    let scope = match (row.get(1)?, row.get(2)?) {
        (Some(account), None) => Scope::Account(account),
        (None, Some(machine)) => Scope::Machine(machine),
        _ => return Err(Fault::Damaged(format!("token {id} is not of one account or one machine"))),
    };
    let info = TokenInfo {
        id,
        scope,
        note: row.get(3)?,
        created_unix_s: row.get(4)?,
        expires_unix_s: row.get(5)?,
        used_unix_s: row.get(6)?,
        revoked_unix_s: row.get(7)?,
    };
    Ok((info, row.get(8)?))
}

pub fn all(db: &Db) -> Result<Vec<TokenInfo>, Fault> {
    db.rows(sql::TOKENS, &[], |row| Ok(columns(row)?.0))
}

pub fn add(db: &Db, now_ms: i64, scope: &Scope, note: &str, expires_unix_s: Option<u64>) -> Result<NewToken, Fault> {
    check_line("the note of a token", note, NOTE_MAX_BYTES)?;
    if expires_unix_s.is_some_and(|expires| expires <= seconds(now_ms)) {
        return Err(Refusal::invalid("the expiry of a token", "it is past already").into());
    }
    let (prefix, account, machine) = match scope {
        Scope::Account(name) => {
            accounts::known(db, name)?;
            (OF_ACCOUNT, Some(name), None)
        }
        Scope::Machine(name) => {
            check_name("the name of a machine", name)?;
            machines::add(db, now_ms, name)?;
            (OF_MACHINE, None, Some(name))
        }
    };
    let id = secrets::public_name()?;
    let secret = format!("{prefix}{id}_{}", secrets::secret()?);
    let created = seconds(now_ms);
    db.execute(sql::ADD_TOKEN, &[&id, &secrets::hash(&secret), &account, &machine, &note, &created, &expires_unix_s])?;
    let info = TokenInfo {
        id,
        scope: scope.clone(),
        note: note.to_owned(),
        created_unix_s: created,
        expires_unix_s,
        used_unix_s: None,
        revoked_unix_s: None,
    };
    Ok(NewToken { info, secret })
}

/// Revokes a token; whether it was not before.
pub fn revoke(db: &Db, now_ms: i64, id: &str) -> Result<(TokenInfo, bool), Fault> {
    let revoked = db.execute(sql::REVOKE_TOKEN, &[&seconds(now_ms), &id])? > 0;
    let (info, _) = db.row(sql::TOKEN, &[&id], columns)?.ok_or_else(|| Refusal::no_such("token", id))?;
    Ok((info, revoked))
}

/// The public part of a secret that has the form of one.
fn public_part(secret: &str) -> Option<&str> {
    let rest = secret.strip_prefix(OF_MACHINE).or_else(|| secret.strip_prefix(OF_ACCOUNT))?;
    let (id, random) = rest.split_once('_')?;
    (random.len() == secrets::SECRET_CHARACTERS).then_some(id)
}

/// Whom a secret speaks for, and when its token was used before.
pub fn authenticate(db: &Db, now_ms: i64, secret: &str) -> Result<Option<(Principal, Option<u64>)>, Fault> {
    let Some(id) = public_part(secret) else { return Ok(None) };
    let Some((info, hash)) = db.row(sql::TOKEN, &[&id], columns)? else { return Ok(None) };
    let over = info.expires_unix_s.is_some_and(|expires| expires <= seconds(now_ms));
    if !secrets::same(&hash, &secrets::hash(secret)) || over || info.revoked_unix_s.is_some() {
        return Ok(None);
    }
    let role = match &info.scope {
        Scope::Machine(_) => None,
        Scope::Account(name) => match accounts::find(db, name)? {
            Some(account) if !account.disabled => Some(account.role),
            _ => return Ok(None),
        },
    };
    Ok(Some((Principal { token: info.id, scope: info.scope, role }, info.used_unix_s)))
}

/// Notes that a token was used.
pub fn used(db: &Db, now_ms: i64, id: &str) -> Result<(), Fault> {
    db.execute(sql::USE_TOKEN, &[&seconds(now_ms), &id])?;
    Ok(())
}
