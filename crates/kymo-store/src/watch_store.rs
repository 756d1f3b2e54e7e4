//! The store's interface to the watch: accounts, tokens, sessions, the audit log, projects' policies, machines. Each call
//! is one transaction, and each change by somebody is in the audit log of the same transaction.

use crate::Store;
use crate::db::Db;
use crate::fault::Fault;
use crate::watch::{
    AccountChange, Actor, AuditEntry, AuditReport, NewSession, Principal, Session, WatchError, accounts, audit,
    machines, policies, seconds, sessions, tokens,
};
use kymo_model::ProjectName;
use kymo_model::watch::{Account, MachineView, NewToken, ProjectPolicy, Role, Scope, TokenInfo};
use serde_json::json;
use std::sync::Arc;

/// A clock: milliseconds since 1970-01-01 UTC.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Now, in milliseconds, by the store's clock or the one that it was given.
fn now_ms(db: &Db, clock: Option<&Clock>) -> Result<i64, Fault> {
    match clock {
        Some(clock) => Ok(i64::try_from(clock()).unwrap_or(i64::MAX)),
        None => db.now_ms(),
    }
}

impl Store {
    /// One transaction that writes; see [`crate::db`] for what may stand in it.
    pub(crate) fn change<T>(&mut self, mut work: impl FnMut(&Db, i64) -> Result<T, Fault>) -> Result<T, WatchError> {
        let done = self.db.write(|db| work(db, now_ms(db, self.clock.as_ref())?));
        done.map_err(|fault| self.why(fault))
    }

    /// One transaction that reads.
    pub(crate) fn look<T>(&self, work: impl FnOnce(&Db, i64) -> Result<T, Fault>) -> Result<T, WatchError> {
        let done = self.db.read(|db| work(db, now_ms(db, self.clock.as_ref())?));
        done.map_err(|fault| self.why(fault))
    }

    fn why(&self, fault: Fault) -> WatchError {
        match fault {
            Fault::Refused(refusal) => WatchError::Refused(refusal),
            fault => WatchError::Store(self.told(fault)),
        }
    }

    /// Uses this clock for leases, expiries and estimates in place of the store's own, which is the database's on
    /// PostgreSQL and the process's on SQLite. For tests that move time by hand.
    pub fn set_clock(&mut self, clock: Clock) {
        self.clock = Some(clock);
    }

    /// Makes an account.
    ///
    /// # Errors
    /// `Exists` for a name or an external identity that is taken; `Invalid` for a name that is none.
    pub fn add_account(
        &mut self,
        actor: &Actor,
        name: &str,
        role: Role,
        external: Option<&str>,
    ) -> Result<Account, WatchError> {
        self.change(|db, now| {
            let account = accounts::add(db, now, name, role, external)?;
            audit::note(db, now, actor, "account.add", name, &json!({ "role": role, "external": external }))?;
            Ok(account)
        })
    }

    /// Changes an account. One that is disabled has no sessions and no tokens that work.
    ///
    /// # Errors
    /// `NoSuch`; `Exists` for an external identity that is another account's.
    pub fn change_account(&mut self, actor: &Actor, name: &str, change: &AccountChange) -> Result<Account, WatchError> {
        self.change(|db, now| {
            let account = accounts::change(db, name, change)?;
            let AccountChange { role, disabled, external } = change;
            let detail = json!({ "role": role, "disabled": disabled, "external": external });
            audit::note(db, now, actor, "account.change", name, &detail)?;
            Ok(account)
        })
    }

    /// All accounts, by name.
    pub fn accounts(&self) -> Result<Vec<Account>, WatchError> {
        self.look(|db, _| accounts::all(db))
    }

    /// The account with this name, if there is one.
    pub fn account(&self, name: &str) -> Result<Option<Account>, WatchError> {
        self.look(|db, _| accounts::find(db, name))
    }

    /// The account that an identity at an OAuth provider is linked to, as `github:1234`; also a disabled one.
    pub fn account_of_external(&self, external: &str) -> Result<Option<Account>, WatchError> {
        self.look(|db, _| accounts::of_external(db, external))
    }

    /// Makes a token. A machine's first token makes the machine; an account must be there.
    ///
    /// # Errors
    /// `NoSuch` account; `Invalid` name of a machine, or an expiry that is past.
    pub fn add_token(
        &mut self,
        actor: &Actor,
        scope: &Scope,
        note: &str,
        expires_unix_s: Option<u64>,
    ) -> Result<NewToken, WatchError> {
        self.change(|db, now| {
            let token = tokens::add(db, now, scope, note, expires_unix_s)?;
            let detail = json!({ "scope": scope, "note": note, "expires_unix_s": expires_unix_s });
            audit::note(db, now, actor, "token.add", &token.info.id, &detail)?;
            Ok(token)
        })
    }

    /// Revokes a token by its public part. Once more is no error.
    ///
    /// # Errors
    /// `NoSuch`.
    pub fn revoke_token(&mut self, actor: &Actor, id: &str) -> Result<TokenInfo, WatchError> {
        self.change(|db, now| {
            let (token, revoked) = tokens::revoke(db, now, id)?;
            if revoked {
                audit::note(db, now, actor, "token.revoke", id, &json!({ "scope": token.scope }))?;
            }
            Ok(token)
        })
    }

    /// All tokens, newest first, revoked ones too.
    pub fn tokens(&self) -> Result<Vec<TokenInfo>, WatchError> {
        self.look(|db, _| tokens::all(db))
    }

    /// Whom a secret speaks for; `None` for one that is unknown, expired or revoked, or of a disabled account. Notes
    /// that the token was used, once a minute.
    pub fn authenticate(&mut self, secret: &str) -> Result<Option<Principal>, WatchError> {
        let found = self.look(|db, now| Ok(tokens::authenticate(db, now, secret)?.map(|found| (found, now))))?;
        let Some(((principal, used_unix_s), now)) = found else { return Ok(None) };
        let minute = |unix_s: u64| unix_s / 60;
        if used_unix_s.map(minute) != Some(minute(seconds(now))) {
            self.change(|db, now| tokens::used(db, now, &principal.token))?;
        }
        Ok(Some(principal))
    }

    /// Begins a session of a browser.
    ///
    /// # Errors
    /// `NoSuch` account; `NotNow` for one that is disabled.
    pub fn add_session(&mut self, account: &str, lasts_s: u64) -> Result<NewSession, WatchError> {
        self.change(|db, now| sessions::add(db, now, account, lasts_s))
    }

    /// The session that a cookie's secret is of; `None` for one that is unknown or over, or of a disabled account.
    pub fn session(&self, secret: &str) -> Result<Option<Session>, WatchError> {
        self.look(|db, now| sessions::find(db, now, secret))
    }

    /// Ends a session; one that is not there is no error.
    pub fn end_session(&mut self, secret: &str) -> Result<(), WatchError> {
        self.change(|db, _| sessions::end(db, secret))
    }

    /// Entries of the audit log after the one with this number, oldest first; from the beginning for 0.
    pub fn audit(&self, after: u64, limit: u32) -> Result<Vec<AuditEntry>, WatchError> {
        self.look(|db, _| audit::after(db, after, limit))
    }

    /// Reads the whole audit log and makes every link again.
    pub fn verify_audit(&self) -> Result<AuditReport, WatchError> {
        self.look(|db, _| audit::verify(db))
    }

    /// Sets what a project may do; it begins to be watched, or goes on under other terms.
    ///
    /// # Errors
    /// `Invalid` where a field is out of range.
    pub fn set_policy(&mut self, actor: &Actor, policy: &ProjectPolicy) -> Result<(), WatchError> {
        self.change(|db, now| {
            policies::set(db, policy)?;
            audit::note(db, now, actor, "project.set", &policy.project, &json!(policy))
        })
    }

    /// The policies of all watched projects, by name.
    pub fn policies(&self) -> Result<Vec<ProjectPolicy>, WatchError> {
        self.look(|db, _| policies::all(db))
    }

    /// The policy of a project, if it is watched.
    pub fn policy(&self, project: &ProjectName) -> Result<Option<ProjectPolicy>, WatchError> {
        self.look(|db, _| policies::find(db, project))
    }

    /// All machines, by name.
    pub fn machines(&self) -> Result<Vec<MachineView>, WatchError> {
        self.look(machines::all)
    }

    /// Pauses a machine, with the reason; `None` lets it go on. A job that runs is not disturbed.
    ///
    /// # Errors
    /// `NoSuch`; `Invalid` for an empty reason.
    pub fn pause_machine(&mut self, actor: &Actor, name: &str, because: Option<&str>) -> Result<(), WatchError> {
        self.change(|db, now| {
            machines::pause(db, name, because)?;
            let action = if because.is_some() { "machine.pause" } else { "machine.resume" };
            audit::note(db, now, actor, action, name, &json!({ "because": because }))
        })
    }
}
