//! Accounts.

use super::words::{self, check_line, check_name};
use super::{AccountChange, Refusal, seconds};
use crate::db::{Db, Row};
use crate::fault::Fault;
use crate::sql_watch as sql;
use kymo_model::watch::{Account, Role};

const EXTERNAL: &str = "the external identity";

fn columns(row: &Row<'_>) -> Result<Account, Fault> {
    Ok(Account {
        name: row.get(0)?,
        role: words::of_word("a role", row.get(1)?)?,
        external: row.get(2)?,
        disabled: row.get(3)?,
        created_unix_s: row.get(4)?,
    })
}

pub fn all(db: &Db) -> Result<Vec<Account>, Fault> {
    db.rows(sql::ACCOUNTS, &[], columns)
}

pub fn find(db: &Db, name: &str) -> Result<Option<Account>, Fault> {
    db.row(sql::ACCOUNT, &[&name], columns)
}

pub fn of_external(db: &Db, external: &str) -> Result<Option<Account>, Fault> {
    db.row(sql::ACCOUNT_OF_EXTERNAL, &[&external], columns)
}

/// The account, which must be there.
pub fn known(db: &Db, name: &str) -> Result<Account, Fault> {
    Ok(find(db, name)?.ok_or_else(|| Refusal::no_such("account", name))?)
}

/// Checks that an identity is `PROVIDER:NUMBER`, and no other account's.
fn check_external(db: &Db, external: &str, owner: &str) -> Result<(), Fault> {
    check_line(EXTERNAL, external, 256)?;
    if !external.split_once(':').is_some_and(|(provider, who)| !provider.is_empty() && !who.is_empty()) {
        return Err(Refusal::invalid(EXTERNAL, "PROVIDER:NUMBER, as github:1234").into());
    }
    match of_external(db, external)? {
        Some(other) if other.name != owner => {
            Err(Refusal::Exists { what: "account with the identity", name: external.to_owned() }.into())
        }
        _ => Ok(()),
    }
}

pub fn add(db: &Db, now_ms: i64, name: &str, role: Role, external: Option<&str>) -> Result<Account, Fault> {
    check_name("the name of an account", name)?;
    if find(db, name)?.is_some() {
        return Err(Refusal::Exists { what: "account", name: name.to_owned() }.into());
    }
    if let Some(external) = external {
        check_external(db, external, name)?;
    }
    db.execute(sql::ADD_ACCOUNT, &[&name, &words::word(&role)?, &external, &seconds(now_ms)])?;
    known(db, name)
}

pub fn change(db: &Db, name: &str, change: &AccountChange) -> Result<Account, Fault> {
    let mut account = known(db, name)?;
    account.role = change.role.unwrap_or(account.role);
    account.disabled = change.disabled.unwrap_or(account.disabled);
    if let Some(external) = &change.external {
        if !external.is_empty() {
            check_external(db, external, name)?;
        }
        account.external = Some(external.clone()).filter(|external| !external.is_empty());
    }
    let role = words::word(&account.role)?;
    db.execute(sql::CHANGE_ACCOUNT, &[&role, &account.external, &account.disabled, &name])?;
    Ok(account)
}
